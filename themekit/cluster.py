"""Many machines: the same steps over the same blocks, carried out by the workers of a Dask cluster.

Splitting, embedding, topics and scores go over blocks of documents or passages (``each`` in their signatures):
with the built-in ``map`` on one machine, with :func:`connect`'s here. Blocks may come in any size and any order
(:mod:`themekit.grid`), so that the result is the same to the last byte, wherever it was computed.

- A block travels with all that its step needs, and its result comes back; workers keep nothing. So one that is
  killed costs the time of the blocks that it had, which go to another; where none is left, they wait for the next that is
  started. What was embedded is kept in the cache of the machine that asked, as ever.
- A worker says first which themekit, which vectors and which catalogue it has. One that has others is refused.
- A worker process takes one block at a time: start as many processes as it shall use cores (``dask worker ADDRESS
  --nworkers 8 --nthreads 1``).
- Texts go to the addresses that you name, and nowhere else. They should be machines of your own: whoever can reach a
  scheduler can run anything on it, so give it to no open network, or use Dask's TLS. How blocks are packed on the way is
  Dask's business; nothing that is kept is a pickle.

Dask is imported here alone, and only where a cluster is asked for: ``pip install 'themekit[cluster]'``.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import uuid4

import themekit
from themekit import concepts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from themekit.encoders import Encoder
    from themekit.grid import Each

_AHEAD = 4
"""Blocks that are under way for each worker: enough to keep it busy, and not all of a corpus at once."""
_PATIENCE = 10
"""Seconds to wait for the first worker."""


class ClusterError(OSError):
    """A cluster cannot be reached, is lost, or has workers that would compute something else."""


class Equipment(NamedTuple):
    """What a worker computes with."""

    themekit: str
    vectors: str
    catalogue: str

    @classmethod
    def here(cls, encoder: Encoder) -> Equipment:
        """Return that of this process."""
        return cls(themekit.__version__, encoder.key, concepts.fingerprint()[:16])


@contextmanager
def connect(client: Any, encoder: Encoder) -> Iterator[Each]:  # noqa: ANN401 - Dask is optional
    """Yield what goes over blocks as the built-in ``map`` does, on a cluster.

    Parameters
    ----------
    client : distributed.Client, str or None
        A client, or the address of a scheduler; ``None`` is this machine alone, and yields ``map`` itself.
    encoder : Encoder
        The workers must have the same.

    Yields
    ------
    callable
        ``each(function, *iterables)``: an iterator over results, in order.

    Raises
    ------
    ClusterError
        If there is no such cluster, or a worker has another themekit, other vectors or another catalogue.

    Examples
    --------
    >>> with connect(None, themekit.find_encoder("static")) as each:
    ...     list(each(abs, [-1, 2]))
    [1, 2]
    """
    if client is None:
        yield map
        return
    asked = _client(client) if isinstance(client, str) else client
    try:
        _compare(asked, encoder)
        yield _Blocks(asked, encoder)
    finally:
        if asked is not client:
            asked.close(timeout=2)


class _Blocks:
    def __init__(self, client: Any, encoder: Encoder) -> None:  # noqa: ANN401 - Dask is optional
        self.client = client
        self.encoder = encoder
        self.expected = Equipment.here(encoder)

    def __call__(self, function: Callable[..., Any], *iterables: Any) -> Iterator[Any]:  # noqa: ANN401 - as map
        with _losses(self.client):
            n_ahead = _AHEAD * max(1, len(self.client.nthreads()))
            under_way: deque[Any] = deque()
            for block in zip(*iterables, strict=False):
                task = _Task(function, block, self.encoder, self.expected)
                under_way.append(self.client.submit(task, key=f"themekit-{uuid4().hex}", pure=False))
                if len(under_way) >= n_ahead:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()


_ONE_AT_A_TIME = Lock()


@dataclass(frozen=True)
class _Task:
    """A function and a block, for a worker."""

    function: Callable[..., Any]
    block: tuple[Any, ...]
    encoder: Encoder
    expected: Equipment

    def __call__(self) -> Any:  # noqa: ANN401 - whatever the function returns
        with _ONE_AT_A_TIME:
            if (seen := Equipment.here(self.encoder)) != self.expected:  # one that came later
                raise ClusterError(_other("a worker", seen, self.expected))
            return self.function(*self.block)


def _client(address: str) -> Any:  # noqa: ANN401 - Dask is optional
    try:
        client_of = import_module("distributed").Client  # optional, and its import takes a second
    except ImportError as error:
        raise ClusterError(
            "seen no Dask on this machine; expected it where a scheduler is named; pip install 'themekit[cluster]'"
        ) from error
    try:
        return client_of(address, timeout=_PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ClusterError(
            f"seen no scheduler at {address}; expected one such as tcp://192.168.0.2:8786; start it with `dask scheduler`, "
            f"and workers with `dask worker ADDRESS`"
        ) from error


def _compare(client: Any, encoder: Encoder) -> None:  # noqa: ANN401 - Dask is optional
    """Ask every worker what it computes with; refuse those that have something else."""
    try:
        client.wait_for_workers(1, timeout=_PATIENCE)
    except TimeoutError as error:
        raise ClusterError(
            "seen a scheduler without workers; expected one at least; start some with `dask worker ADDRESS`"
        ) from error
    expected = Equipment.here(encoder)
    for worker, seen in client.run(Equipment.here, encoder, on_error="return").items():
        if seen != expected:
            raise ClusterError(_other(f"the worker {worker}", seen, expected))


def _other(who: str, seen: object, expected: Equipment) -> str:
    if not isinstance(seen, tuple):
        return (
            f"seen {who} that cannot work ({seen}); expected themekit {expected.themekit} and its vectors there; "
            "install the same on every machine"
        )
    differs = [i for i, (a, b) in enumerate(zip(seen, expected, strict=True)) if a != b]
    has, should = (
        ", ".join(f"{Equipment._fields[i]} {what[i]}" for i in differs) for what in (seen, expected)
    )
    return (
        f"seen {who} with {has}; expected {should}, as on this machine; install the same on every machine, "
        "or results would differ by where they were computed"
    )


@contextmanager
def _losses(client: Any) -> Iterator[None]:  # noqa: ANN401 - Dask is optional
    """Say of a lost cluster what is kept."""
    try:
        yield
    except Exception as error:
        is_lost = isinstance(error, CancelledError) or client.status != "running"
        is_killed = type(error).__name__ == "KilledWorker"
        if not is_lost and not is_killed:
            raise
        seen = "several workers killed at one and the same block" if is_killed else "the scheduler lost"
        do = "give workers more memory" if is_killed else "start it anew"
        raise ClusterError(
            f"seen {seen}; expected it to stay until the end; all that was embedded and split is kept in the cache of this "
            f"machine ({themekit.cache.path()}): {do}, and the same command goes on from there"
        ) from error
