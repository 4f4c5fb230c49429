"""What a test may ask for: folders, a toy encoder, one cache for the session, programs from outside."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
"""The checkout; in a plain function, where no fixture reaches."""

PROGRAMS = {
    "chromium": ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
    "pandoc": ("pandoc",),
    "soffice": ("soffice", "libreoffice"),
}

# Before any test module is imported: no bars in the output, no model hub, one thread pool that says nothing.
os.environ.update({"TQDM_DISABLE": "1", "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"})


def need_program(name: str) -> Path:
    """Return where a program is, or skip: ``.ci/run`` fails on any reason that begins like this one."""
    for spelling in PROGRAMS[name]:
        if found := shutil.which(spelling):
            return Path(found)
    pytest.skip(f"needs the program {name}")


@pytest.fixture(scope="session", autouse=True)
def session_cache(tmp_path_factory):
    """One cache for the session and all its workers, so that a text is embedded once whichever tests ask.

    ``THEMEKIT_TEST_CACHE=FOLDER`` keeps it from one session to the next, for work on the tests themselves.
    """
    kept = os.environ.get("THEMEKIT_TEST_CACHE")
    session = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        session = session.parent
    folder = Path(kept).resolve() if kept else session / "cache"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("THEMEKIT_CACHE", str(folder))
        yield folder


@pytest.fixture
def empty_cache(tmp_path, monkeypatch):
    """A cache of one's own, for tests about the cache."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("THEMEKIT_CACHE", str(folder))
    return folder


@pytest.fixture(scope="session")
def hashing_encoder():
    """Sixteen dimensions, no meaning, no files."""
    from themekit.encoders import HashingEncoder

    return HashingEncoder()


@pytest.fixture(scope="session")
def root():
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def corpora():
    """The shipped corpora."""
    return ROOT / "corpora"


@pytest.fixture(scope="session")
def shared_corpora():
    """The development corpora beside the checkout; mark such tests ``shared``."""
    folder = ROOT.parent / "shared" / "corpora"
    if not folder.is_dir():
        pytest.skip("needs the development corpora in ../shared/corpora, which are not part of the project")
    return folder


@pytest.fixture(scope="session")
def chromium():
    """Where Chromium is."""
    return need_program("chromium")


@pytest.fixture(scope="session")
def pandoc():
    """Where pandoc is."""
    return need_program("pandoc")


@pytest.fixture(scope="session")
def soffice():
    """Where LibreOffice is."""
    return need_program("soffice")
