"""What workers gain: embedding on this machine alone, with one worker and with two, in turn; medians of paired runs.

    python benchmarks/cluster.py [N_PASSAGES] [ENCODER] [N_RUNS]

Each worker is a process of one thread. Beside the time on the clock stands the time that processors spent, here and by the
workers: it hardly depends on what else the machine does. What is spent here is not divided by more workers, so that
``(here + workers) / (here + workers / 2)`` is what two workers can gain where nobody else wants the processors.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from statistics import median
from typing import TYPE_CHECKING

import made
import numpy as np
from distributed import Client, LocalCluster

import themekit
from themekit import encoders
from themekit.cluster import connect
from themekit.encoders import embed_on_grid, find_encoder

if TYPE_CHECKING:
    from themekit.encoders import Encoder


def main(n_passages: int = 100_000, name: str = "static", n_runs: int = 3) -> None:
    encoder = find_encoder(name)
    corpus, _, _ = made.corpus(n_passages)
    texts = themekit.split_passages(corpus, encoder)["text"].tolist()[:n_passages]
    encoders._SAVE_EVERY = min(encoders._SAVE_EVERY, -(-len(texts) // 8))  # noqa: SLF001 - some blocks for each worker
    options = {"threads_per_worker": 1, "dashboard_address": ":0"}
    with (
        LocalCluster(n_workers=1, **options) as one, LocalCluster(n_workers=2, **options) as two,
        Client(one, set_as_default=False) as with_one, Client(two, set_as_default=False) as with_two,
    ):  # fmt: skip
        ways = {"alone": None, "one worker": with_one, "two workers": with_two}
        encoder.encode(texts[:16])  # models are loaded
        for client in (with_one, with_two):
            client.run(encoders._encoded, encoder, texts[:16])  # noqa: SLF001 - the work of one block
        runs = [{way: _embed(texts, encoder, client) for way, client in ways.items()} for _ in range(n_runs)]
    print(
        f"{name}, {len(texts):,} passages, {n_runs} runs, load {os.getloadavg()[0]:.0f} on {os.cpu_count()} cores"
    )
    for way in ways:
        wall, here, workers = (median(run[way][i] for run in runs) for i in range(3))
        print(
            f"{way:12} {wall:7.1f} s on the clock; processors: {here:6.1f} s here, {workers:6.1f} s by workers"
        )
    print(
        f"two workers against one, by the clock: {median(r['one worker'][0] / r['two workers'][0] for r in runs):.2f}"
    )
    bound = median((h + w) / (h + w / 2) for _, h, w, _ in (r["two workers"] for r in runs))
    print(f"two workers against one, by processor time: {bound:.2f}")
    same = all(np.array_equal(run[way][3], runs[0]["alone"][3]) for run in runs for way in ways)
    print(f"vectors are {'the same' if same else 'NOT THE SAME'} to the last bit")


def _embed(
    texts: list[str], encoder: Encoder, client: Client | None
) -> tuple[float, float, float, np.ndarray]:
    with tempfile.TemporaryDirectory() as folder, connect(client, encoder) as each:
        os.environ["THEMEKIT_CACHE"] = folder
        begun, here, workers = time.perf_counter(), time.process_time(), _by_workers(client)
        vectors = embed_on_grid(texts, encoder, progress=False, each=each)
        return (
            time.perf_counter() - begun, time.process_time() - here, _by_workers(client) - workers, vectors,
        )  # fmt: skip


def _by_workers(client: Client | None) -> float:
    return sum(client.run(time.process_time).values()) if client else 0.0


if __name__ == "__main__":
    n, what, times = (*sys.argv[1:], *("100000", "static", "3")[len(sys.argv) - 1 :])
    main(int(n), what, int(times))
