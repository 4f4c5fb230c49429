"""Long work in kernels: it can be interrupted and goes on, a restart loses nothing that was saved, two do not disturb each other.

The kernels are real ones. What is slow in them is an encoder that waits: it gives the vectors that ship (``static``), but takes its
time, says how far it is, and counts what it was asked for.
"""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
import pytest
from conftest import ROOT
from jupyter_client import KernelManager

import themekit
from themekit import cache, notebooks
from themekit.encoders import find_encoder
from themekit.passages import split_passages

OWEN = ROOT / "corpora" / "essays" / "owen-pryce"
BLOCK = 8
SLOW = f"""
import hashlib, os, time
import themekit
from themekit import encoders

encoders._SAVE_EVERY, encoders._SAVE_AFTER = {BLOCK}, 0


class Slow(encoders.StaticEncoder):
    n_asked, wait = 0, 0.15

    def encode(self, texts):
        print("begun:", self.n_asked, flush=True)
        time.sleep(self.wait)
        self.n_asked += len(texts)
        return super().encode(texts)


corpus = themekit.read({str(OWEN)!r})


def mine(**about):
    encoder = Slow(encoders.static_folder(), name="static")
    vars(encoder).update(about)
    result = themekit.mine(corpus, encoder=encoder, n_permutations=20)
    told = result.themes.to_json(double_precision=15) + result.evidence.to_json(double_precision=15)
    print("asked for:", encoder.n_asked)
    print("found:", hashlib.sha256(told.encode()).hexdigest())
"""


class Kernel:
    """A kernel to give cells to, and what they said."""

    def __init__(self, folder):
        self.manager = KernelManager(transport="ipc", connection_file=str(folder / "kernel.json"))
        self.manager.start_kernel(cwd=str(folder))
        self._listen()

    def _listen(self):
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)

    def begin(self, code):
        self.said, self.error = "", None
        self.cell = self.client.execute(code)

    def _next(self):
        message = self.client.get_iopub_msg(timeout=60)
        if message["parent_header"].get("msg_id") != self.cell:
            return None
        content = message["content"]
        if message["msg_type"] == "stream":
            self.said += content["text"]
        elif message["msg_type"] == "error":
            self.error = content["ename"]
        return content.get("execution_state")

    def wait_for(self, words):
        while words not in self.said:
            assert self._next() != "idle", f"the cell ended without {words!r}: {self.error}, {self.said}"

    def end(self):
        while self._next() != "idle":
            pass
        return self.said

    def run(self, code):
        self.begin(code)
        said = self.end()
        assert self.error is None, (self.error, said)
        return said

    def restart(self):
        """End it on the spot, as a crash does, and start it anew."""
        self.client.stop_channels()
        self.manager.restart_kernel(now=True)
        self._listen()

    def stop(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


@pytest.fixture(scope="module")
def kernels():
    """Two of them, with themekit at hand. Sockets want short paths."""
    with tempfile.TemporaryDirectory(prefix="tk-") as one, tempfile.TemporaryDirectory(prefix="tk-") as two:
        started = [Kernel(Path(folder)) for folder in (one, two)]
        try:
            for kernel in started:
                kernel.begin(SLOW)
            for kernel in started:
                kernel.end()
                assert kernel.error is None
            yield started
        finally:
            for kernel in started:
                kernel.stop()


@pytest.fixture(scope="module")
def n_passages():
    return split_passages(themekit.read(str(OWEN)), find_encoder("static"))["text"].nunique()


@pytest.fixture(scope="module")
def calm(tmp_path_factory):
    """A cache of its own, for a run on the way of which nothing happens."""
    return tmp_path_factory.mktemp("calm")


@pytest.fixture(scope="module")
def undisturbed(kernels, calm):
    """What is found by that."""
    return found(kernels[0].run(with_cache(calm, "mine(wait=0)")))


def with_cache(folder, code):
    return f"os.environ['THEMEKIT_CACHE'] = {str(folder)!r}\n{code}"


def found(said):
    return said.split("found: ")[1].split()[0]


def n_asked(said):
    return int(said.split("asked for: ")[1].split()[0])


def n_begun(said):
    """How many texts had been embedded when it last said so."""
    return int(said.split("begun: ")[-1].split()[0])


def test_an_interrupted_run_goes_on_from_where_it_was(kernels, tmp_path, n_passages, undisturbed):
    kernel = kernels[0]
    kernel.begin(with_cache(tmp_path, "mine()"))
    kernel.wait_for(f"begun: {4 * BLOCK}")
    kernel.manager.interrupt_kernel()
    before = n_begun(kernel.end())
    assert kernel.error == "KeyboardInterrupt"
    assert 4 * BLOCK <= before < n_passages, "it had not been in the middle"
    said = kernel.run("mine(wait=0)")
    assert n_asked(said) == n_passages - before
    assert found(said) == undisturbed
    assert n_asked(kernel.run("mine(wait=0)")) == 0


def test_a_restart_in_the_middle_loses_nothing_that_was_saved(kernels, tmp_path, n_passages, undisturbed):
    kernel = kernels[1]
    kernel.begin(with_cache(tmp_path, "mine()"))
    kernel.wait_for(f"begun: {5 * BLOCK}")
    kernel.restart()
    kernel.run(SLOW)
    said = kernel.run(with_cache(tmp_path, "mine(wait=0)"))
    # It may have come a little further before it ended.
    assert 0 < n_asked(said) <= n_passages - 5 * BLOCK
    assert found(said) == undisturbed


def test_two_at_once_on_one_cold_cache_find_the_same(kernels, tmp_path, calm, undisturbed, monkeypatch):
    for kernel in kernels:
        kernel.begin(with_cache(tmp_path, "mine(wait=0.02)"))
    for kernel in kernels:
        assert found(kernel.end()) == undisturbed
    kept = []
    for folder in (calm, tmp_path):
        monkeypatch.setenv("THEMEKIT_CACHE", str(folder))
        kept.append(cache.info().n_entries)
    assert kept[0] == kept[1], "what both embedded is kept once"
    for kernel in kernels:
        assert n_asked(kernel.run("mine(wait=0)")) == 0


BOOK = (
    nbformat.v4.new_code_cell("n = 3", metadata={"tags": ["parameters"]}),
    nbformat.v4.new_markdown_cell("## Embedding\n\nIt takes a while."),
    nbformat.v4.new_code_cell(
        "import time\nfrom themekit import encoders\nencoders._SAVE_EVERY = 1\n"
        "class Slow(encoders.HashingEncoder):\n"
        "    def encode(self, texts):\n        time.sleep(0.15)\n        return super().encode(texts)\n"
        "encoders.embed([str(i) for i in range(n)], Slow(), progress=True).shape"
    ),
)


class Terminal(io.StringIO):
    """Something that a bar takes for a terminal."""

    def isatty(self):
        return True


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """A folder with one small notebook in the place of those that ship."""
    nbformat.write(nbformat.v4.new_notebook(cells=list(BOOK)), tmp_path / "01_small.ipynb")
    monkeypatch.setattr(notebooks, "shipped", lambda _: tmp_path)
    monkeypatch.setenv("THEMEKIT_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("TQDM_DISABLE", raising=False)
    return tmp_path


def test_a_notebook_that_runs_says_how_far_it_is_and_nothing_else(shelf, monkeypatch, capfd):
    (shelf / "themekit").mkdir()  # a folder of that name where one stands is not the package
    monkeypatch.chdir(shelf)
    monkeypatch.setattr(sys, "stderr", screen := Terminal())
    page = notebooks.run("small", shelf / "page.html", {"n": 12})
    assert "(12, 16)" in page.read_text(encoding="utf-8")
    shown = screen.getvalue()
    assert "01_small: Embedding (2 of 3 cells" in shown
    far = [part for part in shown.split("\r") if "/12 [" in part]
    assert any("<" in part and "passages/s" in part for part in far), f"no estimate in {shown!r}"
    out, err = capfd.readouterr()
    assert (out, err) == ("", "")


def test_a_kernel_that_ends_is_told_with_what_to_do(shelf, monkeypatch):
    book = nbformat.read(shelf / "01_small.ipynb", as_version=4)
    book.cells[-1].source = "import os\nos._exit(1)"
    nbformat.write(book, shelf / "01_small.ipynb")
    with pytest.raises(
        notebooks.NotebookError, match=r"seen the kernel of 01_small end.*expected.*run it again"
    ):
        notebooks.run("small", shelf / "page.html")
    assert "_exit" in (shelf / "page.html").read_text(encoding="utf-8")


@pytest.mark.skipif(sys.platform == "win32", reason="nobody can press Ctrl-C for another process there")
def test_ctrl_c_reaches_the_kernel_and_the_page_is_kept_as_far_as_it_came(shelf):
    code = (
        "import sys; from pathlib import Path; from themekit import cli, notebooks\n"
        f"notebooks.shipped = lambda _: Path({str(shelf)!r})\n"
        "sys.argv = ['themekit', 'notebook', 'small', '--param', 'n=400']; cli.main()"
    )
    running = subprocess.Popen([sys.executable, "-c", code], cwd=shelf, stderr=subprocess.PIPE, text=True)
    end = time.monotonic() + 60
    while time.monotonic() < end and not (shelf / "cache" / "cache.sqlite").exists():
        time.sleep(0.1)
    time.sleep(1)
    os.kill(running.pid, signal.SIGINT)
    _, said = running.communicate(timeout=60)
    assert running.returncode == 130
    assert said.strip().startswith("interrupted; what was embedded so far is kept")
    assert "KeyboardInterrupt" in (shelf / "01_small.html").read_text(encoding="utf-8")
    assert cache.info().n_entries > 0
