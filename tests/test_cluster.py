"""Many machines: the same bytes however many work, and what happens when one of them is lost."""

from __future__ import annotations

import itertools
import os
import pickle
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

import themekit
from themekit import cli, cluster, encoders, grid, passages
from themekit.encoders import HashingEncoder, find_encoder

distributed = pytest.importorskip("distributed", reason="Dask, in the extra 'cluster'")

AUTHORS = ["Ann", "Bo", "Cy", "Di"]
WORDS = [
    "gate",
    "boat",
    "bread",
    "snow",
    "clock",
    "rope",
    "letter",
    "river",
    "oven",
    "stair",
    "mended",
    "broke",
    "held",
    "leaked",
    "rose",
    "froze",
]


@pytest.fixture(scope="module")
def corpus():
    rng = np.random.default_rng(0)
    texts = [
        " ".join(f"The {' '.join(rng.choice(WORDS, 10))} again, and nobody said a word." for _ in range(24))
        for _ in range(6 * len(AUTHORS))
    ]
    return themekit.Corpus.from_texts(texts, author=[a for a in AUTHORS for _ in range(6)])


@pytest.fixture(scope="module")
def alone(corpus, tmp_path_factory):
    """What one machine finds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("THEMEKIT_CACHE", str(tmp_path_factory.mktemp("alone")))
        return themekit.mine(corpus, encoder="static")


@pytest.fixture
def small_blocks(monkeypatch):
    """Many blocks of few."""
    monkeypatch.setattr(encoders, "_SAVE_EVERY", 16)
    monkeypatch.setattr(passages, "_DOCUMENTS_AT_ONCE", 2)
    monkeypatch.setattr(grid.blocks, "__defaults__", (9,))
    monkeypatch.setattr(grid.runs, "__defaults__", (30,))


@pytest.fixture(scope="module")
def local():
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as made:
        yield made


@pytest.fixture
def client(local):
    with distributed.Client(local, set_as_default=False) as made:
        yield made


def test_blocks_of_any_size_give_the_same_bytes(corpus, alone, small_blocks, empty_cache):
    assert themekit.mine(corpus, encoder="static").to_json() == alone.to_json()


@pytest.mark.parametrize("n_workers", [2, 4])
def test_any_number_of_workers_gives_the_same_bytes(
    n_workers, corpus, alone, local, client, small_blocks, empty_cache, monkeypatch
):
    local.scale(n_workers)
    client.wait_for_workers(n_workers)
    here = []
    encode = encoders.StaticEncoder.encode
    monkeypatch.setattr(
        encoders.StaticEncoder, "encode", lambda self, texts: here.append(texts) or encode(self, texts)
    )
    result = themekit.mine(corpus, encoder="static", client=client)
    assert result.to_json() == alone.to_json()
    assert np.array_equal(result.passage_scores, alone.passage_scores)
    assert not set(itertools.chain(*here)) & set(result.passages["text"]), "embedded here, not by the workers"
    assert client.status == "running"  # one that was given stays open


def test_results_come_in_order_and_blocks_go_out_as_they_are_wanted(client):
    with cluster.connect(client, find_encoder("static")) as each:
        assert list(each(pow, [2, 3, 4], [3, 2, 1])) == [8, 9, 4]
        assert list(itertools.islice(each(abs, itertools.count(-2)), 4)) == [2, 1, 0, 1]
        assert not list(each(abs, []))


def test_what_goes_wrong_in_the_work_is_told_as_it_is(client):
    with (
        cluster.connect(client, find_encoder("static")) as each,
        pytest.raises(ValueError, match="invalid literal"),
    ):
        list(each(int, ["one"]))


def test_a_scheduler_on_the_command_line(corpus, local, tmp_path, empty_cache, monkeypatch, capsys):
    for row in corpus.documents.itertuples():
        (tmp_path / row.author).mkdir(exist_ok=True)
        (tmp_path / row.author / f"{row.Index}.txt").write_text(row.text, encoding="utf-8")
    said = []
    for more in ([], ["--scheduler", local.scheduler_address]):
        monkeypatch.setenv("THEMEKIT_CACHE", str(tmp_path / f"cache{len(more)}"))
        arguments = ["mine", *AUTHORS, "--authors-from-folders", "--encoder", "static", "--json", "-", *more]
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "argv", ["themekit", *arguments])
        cli.main()
        said.append(capsys.readouterr().out)
    assert said[0] == said[1]
    assert '"themekit/portraits/1"' in said[0]


def pretend(version=None, folder=None):
    """Run by workers: have another themekit, or other vectors."""
    encoders._of_this_machine.cache_clear()
    themekit.__version__ = version or themekit.__version__
    if folder:
        encoders.static_folder = lambda: Path(folder)


def altered(folder):
    """Return a copy of the static vectors with one number changed."""
    shutil.copytree(encoders.static_folder(), folder)
    arrays = {name: array.copy() for name, array in load_file(folder / "model.safetensors").items()}
    first = arrays[min(arrays)]
    first.flat[0] += 1
    save_file(arrays, folder / "model.safetensors")
    return str(folder)


def test_workers_with_another_themekit_or_other_vectors_are_refused(corpus, local, tmp_path):
    ours = find_encoder("static").key
    address = local.scheduler_address
    with distributed.Client(address, set_as_default=False) as client:
        theirs = next(iter(client.run(pretend, folder=altered(tmp_path / "altered"))))
        with pytest.raises(cluster.ClusterError) as refused:
            themekit.mine(corpus, encoder="static", client=address)
        assert f"expected vectors {ours}, as on this machine; install the same" in str(refused.value)
        client.run(pretend, version="0.0.9", folder=str(encoders.static_folder()))
        expected = (
            rf"seen the worker {theirs} .*themekit 0\.0\.9; expected themekit {themekit.__version__}, as on"
        )
        with pytest.raises(cluster.ClusterError, match=expected.replace(theirs, "tcp://.*")):
            themekit.mine(corpus, encoder="static", client=address)
        client.run(pretend, version=themekit.__version__)


def test_a_worker_that_comes_later_is_refused_too():
    encoder = find_encoder("static")
    expected = cluster.Equipment.here(encoder)
    assert cluster._Task(abs, (-1,), encoder, expected)() == 1
    with pytest.raises(
        cluster.ClusterError, match=r"seen a worker with catalogue .*; expected catalogue other"
    ):
        cluster._Task(abs, (-1,), encoder, expected._replace(catalogue="other"))()


def test_an_encoder_travels_as_its_name():
    sent = pickle.dumps(find_encoder("static"))
    assert len(sent) < 200
    assert pickle.loads(sent) is pickle.loads(sent)  # noqa: S301 - our own
    assert pickle.loads(sent).key == find_encoder("static").key  # noqa: S301 - our own


def test_no_cluster_is_said_at_once(corpus, monkeypatch):
    monkeypatch.setattr(cluster, "_PATIENCE", 1)
    with pytest.raises(
        cluster.ClusterError, match=r"seen no scheduler at tcp://127\.0\.0\.1:1; expected .*; start it"
    ):
        themekit.mine(corpus, encoder="static", client="tcp://127.0.0.1:1")
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(
        cluster.ClusterError, match=r"seen no Dask on this machine; expected it .*; pip install"
    ):
        themekit.mine(corpus, encoder="static", client="tcp://127.0.0.1:1")


def test_one_machine_imports_no_dask(tmp_path):
    code = """
import sys, themekit
themekit.mine(themekit.Corpus.from_texts(["We mended the gate. It held."], author="Ann"), encoder="static")
print(*sys.modules)
"""
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=200, check=True
    )
    loaded = {name.split(".")[0] for name in run.stdout.split()}
    assert "themekit" in loaded
    assert not loaded & {"dask", "distributed", "tornado"}


class SlowEncoder(HashingEncoder):
    """In another process it leaves that one's number in a folder, and takes its time."""

    def __init__(self, folder):
        super().__init__()
        self.folder, self.home = Path(folder), os.getpid()

    def encode(self, texts):
        if os.getpid() != self.home:
            (self.folder / str(os.getpid())).touch()
            time.sleep(0.2)
        return super().encode(texts)


@pytest.fixture
def by_hand(tmp_path):
    """A scheduler and two workers, each a process started as a user would; the scheduler comes first."""
    file = tmp_path / "scheduler.json"
    options = ["--scheduler-file", str(file), "--no-dashboard"]
    commands = [
        ["scheduler", "--host", "127.0.0.1", "--port", "0", *options],
        *[["worker", "--host", "127.0.0.1", "--nthreads", "1", "--no-nanny", *options]] * 2,
    ]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parent)}
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "dask", *command], cwd=tmp_path, env=environment,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        for command in commands
    ]  # fmt: skip
    for _ in range(600):
        if file.exists() and file.stat().st_size:
            break
        time.sleep(0.1)
    with distributed.Client(scheduler_file=str(file), set_as_default=False) as client:
        client.wait_for_workers(2, timeout=60)
        yield client, started
    for process in started:
        process.kill()
        process.wait()


def kill_when_begun(process, folder):
    """Kill a process once somebody, or the process itself where it is a worker, has begun to embed."""

    def wait_and_kill():
        for _ in range(600):
            if len(list(folder.iterdir())) == 2:
                break
            time.sleep(0.05)
        os.kill(process.pid, signal.SIGKILL)

    thread = threading.Thread(target=wait_and_kill)
    thread.start()
    return thread


def test_a_killed_worker_costs_time_and_nothing_else(corpus, by_hand, tmp_path, small_blocks, empty_cache):
    client, (_, worker, _) = by_hand
    (tmp_path / "begun").mkdir()
    encoder = SlowEncoder(tmp_path / "begun")
    killer = kill_when_begun(worker, encoder.folder)
    result = themekit.mine(corpus, encoder=encoder, client=client)
    killer.join()
    assert worker.wait(10) == -signal.SIGKILL
    assert str(worker.pid) in {path.name for path in encoder.folder.iterdir()}
    assert len(client.nthreads()) == 1
    same = themekit.mine(corpus, encoder=HashingEncoder())
    assert result.themes.equals(same.themes)
    assert np.array_equal(result.passage_scores, same.passage_scores)


def test_a_lost_scheduler_ends_with_what_is_kept(corpus, by_hand, tmp_path, small_blocks, empty_cache):
    client, (scheduler, *_) = by_hand
    (tmp_path / "begun").mkdir()
    encoder = SlowEncoder(tmp_path / "begun")
    killer = kill_when_begun(scheduler, encoder.folder)
    with pytest.raises(
        cluster.ClusterError, match=r"seen the scheduler lost; .*is kept in the cache .*goes on from there"
    ):
        themekit.mine(corpus, encoder=encoder, client=client)
    killer.join()
    assert str(empty_cache) in str(themekit.cache.path())
    assert themekit.cache.info().n_entries > 0
