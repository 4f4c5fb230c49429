"""Notebooks: those that ship, to copy, and to run on a folder of one's own without opening them.

The notebooks and the corpora that they begin with lie at the top of a checkout, where a reader finds
them; an installed package has both inside (``pyproject.toml`` maps them there).
"""

from __future__ import annotations

import ast
import asyncio
import difflib
import logging
import os
import re
import shutil
import signal
import tempfile
from contextlib import contextmanager, suppress
from html import unescape
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tqdm.auto import tqdm

import themekit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from nbclient import NotebookClient
    from nbformat import NotebookNode

    from themekit.corpus import Corpus

__all__ = ["NotebookError", "as_page", "copy", "demo", "given", "names", "parameters", "run", "shipped"]

_CORPORA = "../corpora"
_ABOVE = "../"
_LONGEST_FOLDER = 80  # where a socket is to be: with the socket's name macOS takes 103 letters, Linux 107
_QUIET = logging.getLogger(f"{__name__}.kernel")
_QUIET.setLevel(logging.CRITICAL)  # what goes wrong is raised


class NotebookError(ValueError):
    """There is no such notebook or parameter, or a cell of it failed."""


def demo(part: str = "", *, interviewers: bool = False) -> Corpus:
    """Read the corpora that ship with themekit: essays and interviews by invented authors.

    Parameters
    ----------
    part : str, default ""
        A folder in it, such as ``essays``, ``interviews`` or ``essays/owen-pryce``. Default: everything.
    interviewers : bool, default False
        Count those who ask among the authors, too.

    Returns
    -------
    Corpus
        As :func:`themekit.read` gives it.

    Raises
    ------
    NotebookError
        If there is no such part.

    Examples
    --------
    >>> demo("essays/owen-pryce")
    <Corpus: 8 documents by 1 author, 4,366 words>
    """
    folder = shipped("corpora")
    if not (folder / part).is_dir():
        parts = [p.relative_to(folder).as_posix() for p in sorted(folder.glob("**/")) if p != folder]
        raise NotebookError(_unknown("part", part, parts, "the shipped corpora"))
    return themekit.read(str(folder / part), interviewers=interviewers)


def shipped(what: str) -> Path:
    """Return where the shipped ``notebooks`` or ``corpora`` are: in the package, else beside it in a checkout."""
    inside = Path(str(files("themekit"))) / "data" / what
    return inside if inside.is_dir() else Path(str(files("themekit"))).parent / what


def names() -> list[str]:
    """Return the names of the notebooks, in their order.

    Examples
    --------
    >>> names()[0]
    '01_find_the_theme'
    """
    return sorted(path.stem for path in shipped("notebooks").glob("*.ipynb"))


def copy(folder: str | os.PathLike[str]) -> list[Path]:
    """Copy notebooks and shipped corpora into a folder, to work with.

    Parameters
    ----------
    folder : str or path
        Gets ``notebooks`` and ``corpora`` side by side. What is there already is left as it is.

    Returns
    -------
    list of pathlib.Path
        The notebooks that were copied.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     copied = copy(folder)
    ...     copied[0].name, copy(folder)
    ('01_find_the_theme.ipynb', [])
    """
    copied = []
    for what, which in (("corpora", "*"), ("notebooks", "*.ipynb")):
        origin = shipped(what)
        for source in sorted(path for path in origin.rglob(which) if path.is_file()):
            target = Path(folder) / what / source.relative_to(origin)
            if _is_made_by_use(source) or target.exists():
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
            if what == "notebooks":
                copied.append(target)
    return copied


def _is_made_by_use(path: Path) -> bool:
    return bool({".ipynb_checkpoints", "__pycache__"} & set(path.parts))


def parameters(name: str) -> dict[str, Any]:
    """Return the parameters of a notebook, with what they are if one says nothing.

    Examples
    --------
    >>> parameters("01")["encoder"]
    'minilm'
    """
    return _parameters(_read(name))


def run(
    name: str, out: str | os.PathLike[str] | None = None, values: Mapping[str, Any] | None = None
) -> Path:
    """Run a notebook in a kernel of its own and write it, executed, as one HTML page that opens with no network.

    Parameters
    ----------
    name : str
        Its name or number: ``02_your_own_texts`` or ``02``.
    out : str or path, optional
        The page. Default: the notebook's name, in the working folder.
    values : mapping, optional
        Parameters; see :func:`parameters`. Paths count from the working folder.

    Returns
    -------
    pathlib.Path
        The page.

    Raises
    ------
    NotebookError
        If there is no such notebook or parameter, or a cell fails; the page is written as far as it came.

    Notes
    -----
    A notebook's paths count from its own folder. Here they count from the working folder, apart from the shipped
    corpora, which are where they are; figures go to ``results`` in the working folder.
    """
    import nbformat  # noqa: PLC0415 - comes with nbconvert; only where a notebook runs
    from nbclient.exceptions import CellExecutionError, DeadKernelError  # noqa: PLC0415

    notebook, given = _read(name), dict(values or {})
    known = _parameters(notebook)
    for key in given:
        if key not in known:
            raise NotebookError(_unknown("parameter", key, list(known), "this notebook"))
    moved = {key: _moved(value) for key, value in known.items()} | given
    lines = "\n".join(f"{key} = {value!r}" for key, value in moved.items() if value != known[key])
    if lines:
        at = notebook.cells.index(_parameters_cell(notebook))
        notebook.cells.insert(at + 1, nbformat.v4.new_code_cell(lines))
    stem = _known(name)
    page = Path(out) if out else Path(f"{stem}.html")
    page.parent.mkdir(parents=True, exist_ok=True)
    try:
        with _client(notebook, stem) as client:
            client.execute()
    except CellExecutionError as error:
        if error.ename == KeyboardInterrupt.__name__:
            raise KeyboardInterrupt from error
        raise NotebookError(
            f"seen {error.ename} in a cell of {stem} ({error.evalue}); expected every cell to run; the page as far as "
            f"it came is {str(page)!r}"
        ) from error
    except DeadKernelError as error:
        raise NotebookError(_ended(stem, page)) from error
    finally:
        page.write_text(as_page(notebook, stem), encoding="utf-8")
    return page


@contextmanager
def _client(notebook: NotebookNode, stem: str) -> Iterator[NotebookClient]:
    """Yield what runs a notebook's cells one after another, and shows on a terminal which one it is at.

    What passes between here and the kernel are somebody's texts. So it passes through sockets that are files, in a folder
    that nobody else may open; where there are no such sockets, through the loopback device.
    """
    from nbclient import NotebookClient  # noqa: PLC0415 - only where a notebook runs
    from traitlets.config import Config  # noqa: PLC0415

    class Client(NotebookClient):  # type: ignore[misc]  # nbclient has no types
        def handle_comm_msg(self, outs: list[Any], msg: dict[str, Any], cell_index: int) -> None:
            super().handle_comm_msg(outs, msg, cell_index)
            state = msg["content"]["data"].get("state", {})
            said = unescape(str(state.get("value", ""))).replace(_FIGURE_SPACE, " ").strip()
            if _BAR.fullmatch(said):
                bar.set_postfix_str(said)

    told: list[asyncio.Task[None]] = []
    titles = _titles(notebook)
    with (
        tempfile.TemporaryDirectory(prefix="themekit-", ignore_cleanup_errors=True) as folder,
        tqdm(
            total=len(titles), disable=None, leave=False, bar_format="{desc} ({n} of {total} cells, {elapsed}{postfix})"
        ) as bar,
    ):  # fmt: skip

        def listen(notebook: NotebookNode) -> None:  # noqa: ARG001 - as it is called
            """Hand an interruption on to the kernel, which then keeps what it has done, as under JupyterLab."""
            loop = asyncio.get_running_loop()
            with suppress(NotImplementedError, RuntimeError):  # not on Windows, nor in a thread
                loop.add_signal_handler(
                    signal.SIGINT, lambda: told.append(loop.create_task(client.km.interrupt_kernel()))
                )

        def begin(cell: NotebookNode, cell_index: int) -> None:
            if cell.cell_type == "code":
                bar.set_description_str(": ".join(filter(None, (stem, titles[cell_index]))), refresh=False)
                bar.set_postfix_str("", refresh=True)

        def end(cell: NotebookNode, cell_index: int, execute_reply: dict[str, Any]) -> None:  # noqa: ARG001 - as it is called
            bar.update()

        is_short = len(folder.encode()) <= _LONGEST_FOLDER
        sockets = {"transport": "ipc", "connection_file": f"{folder}/kernel.json"}
        client = Client(
            notebook,
            timeout=None,
            kernel_name="python3",
            resources={"metadata": {"path": "."}},
            config=Config({"KernelManager": sockets if os.name == "posix" and is_short else {}}),
            # A folder that happens to be called themekit must not be taken for the package.
            extra_arguments=["--log-level=ERROR", "--IPKernelApp.ignore_cwd=True"],
            on_notebook_start=listen,
            on_cell_start=begin,
            on_cell_executed=end,
            log=_QUIET,
        )
        yield client


_BAR = re.compile(r"\d+/\d+ +\[.*\]")
"""How far a bar inside the notebook has come and how long it will take, as it says itself."""
_FIGURE_SPACE = "\u2007"


def _titles(notebook: NotebookNode) -> dict[int, str]:
    """Return the heading that each cell of code stands under."""
    title, titles = "", {}
    for i, cell in enumerate(notebook.cells):
        if cell.cell_type == "code":
            titles[i] = title
        elif cell.source.startswith("#"):
            title = cell.source.partition("\n")[0].lstrip("# ")
    return titles


def _ended(stem: str, page: Path) -> str:
    return (
        f"seen the kernel of {stem} end before the notebook did; expected it to run to the last cell; run it again, and what was "
        f"embedded is not embedded anew; if it ends at the same place, memory was too short for so many texts: give fewer, or "
        f"encoder=static. The page as far as it came is {str(page)!r}"
    )


def given(name: str, params: Iterable[str]) -> dict[str, Any]:
    """Return the values that are given for a notebook's parameters as words, ``KEY=VALUE``.

    Where the notebook has a text, a value is one, whatever it looks like, but for ``None``; elsewhere what Python reads as a value is one.

    Examples
    --------
    >>> given("04", ["n_topics=20", "folder=2019", "other=None"])
    {'n_topics': 20, 'folder': '2019', 'other': None}
    """
    known, values = parameters(name), {}
    for param in params:
        key, is_set, text = param.partition("=")
        if not is_set or not key.strip():
            raise NotebookError(
                f"seen the parameter {param!r}; expected a name and a value; write for instance  folder=my-essays"
            )
        is_text = isinstance(known.get(key.strip()), str) and text != "None"
        values[key.strip()] = text if is_text else _value(text)
    return values


def _value(text: str) -> Any:  # noqa: ANN401 - whatever Python can write
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def as_page(notebook: NotebookNode, title: str) -> str:
    """Return an executed notebook as a page that loads nothing from elsewhere.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
    title : str

    Returns
    -------
    str
        HTML. What draws the charts travels in it; nbconvert's own addresses of scripts are emptied.
    """
    from nbconvert import HTMLExporter  # noqa: PLC0415 - only where a page is made

    exporter = HTMLExporter(
        require_js_url="", mathjax_url="", jquery_url="", mermaid_js_url="", html_manager_semver_range="",
        widget_renderer_url="data:,", embed_images=True,
    )  # fmt: skip
    page, _ = exporter.from_notebook_node(notebook, resources={"metadata": {"name": title}})
    return str(page)


def _moved(value: Any) -> Any:  # noqa: ANN401 - whatever a parameter is
    if not isinstance(value, str) or not value.startswith(_ABOVE):
        return value
    if value == _CORPORA or value.startswith(f"{_CORPORA}/"):
        return str(shipped("corpora") / value[len(_CORPORA) :].lstrip("/"))
    return value.removeprefix(_ABOVE)


def _known(name: str) -> str:
    known = names()
    wanted = name.removesuffix(".ipynb").lower()
    found = [stem for stem in known if wanted in {stem, stem.split("_")[0], stem.split("_", 1)[1]}]
    if not found:
        raise NotebookError(_unknown("notebook", name, known, "those that ship"))
    return found[0]


def _read(name: str) -> NotebookNode:
    import nbformat  # noqa: PLC0415 - comes with nbconvert; only where a notebook is read

    return nbformat.read(shipped("notebooks") / f"{_known(name)}.ipynb", as_version=4)


def _parameters_cell(notebook: NotebookNode) -> NotebookNode:
    return next(cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", []))


def _parameters(notebook: NotebookNode) -> dict[str, Any]:
    """Read them off their cell: names set to plain values."""
    tree = ast.parse(_parameters_cell(notebook).source)
    return {
        target.id: ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _unknown(what: str, seen: str, known: list[str], where: str) -> str:
    near = difflib.get_close_matches(seen, known, n=3, cutoff=0.4)
    hint = f"; near it: {', '.join(near)}" if near else ""
    return f"seen the {what} {seen!r}; expected one of {where} ({', '.join(known)}){hint}"
