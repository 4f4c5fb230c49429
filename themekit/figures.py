"""Figures: charts drawn in a notebook and saved to files, with no network.

A page or notebook that shows a chart carries the libraries that draw it, so
that it opens on the train, and in ten years. Nothing is fetched; in a saved
page a policy forbids it, and expressions are interpreted, not run as code.

Examples
--------
>>> import altair as alt, tempfile
>>> chart = alt.Chart(alt.InlineData(values=[{"x": 1}])).mark_point().encode(x="x:Q")
>>> with tempfile.TemporaryDirectory() as folder:
...     [path.name for path in save_figure(chart, f"{folder}/point", formats="svg,png")]
['point.svg', 'point.png']
"""

from __future__ import annotations

import difflib
import hashlib
import html
import json
import os
import sys
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import altair as alt

import themekit
from themekit import pages, privacy
from themekit.pictures import SIZES, draw, words
from themekit.wording import file_name

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from themekit.charts.lettering import Texts
    from themekit.result import Result

__all__ = ["FORMATS", "SIZES", "save_all", "save_figure", "setup"]

FORMATS = ("svg", "png", "html", "pdf")
DEFAULT = ("svg", "png", "html")
SCHEMA = "themekit/figures/1"
MANIFEST = "manifest.json"
Theme = Literal["auto", "light", "dark"]
Size = Literal["screen", "column", "page", "slide"]
_THEMES = {"auto": "themekit", "light": "themekit_light", "dark": "themekit_dark"}


def save_figure(
    chart: alt.TopLevelMixin,
    path: str | os.PathLike[str],
    *,
    formats: str | Sequence[str] | None = None,
    theme: Theme = "auto",
    size: Size = "screen",
    texts: Texts = "snippet",
    result: Result | None = None,
    made_by: str | None = None,
) -> list[Path]:
    """Save a chart as pictures and as a page that opens anywhere.

    Answers: how do I get this into a paper, a slide or an e-mail?

    Parameters
    ----------
    chart : altair chart
        Any Altair chart; the themekit look is put on it for saving, what you
        configured stays.
    path : str or path
        Where to, without the ending: ``figures/name``. Folders are made. With
        an ending of a known format only that format is written.
    formats : str or sequence of str, optional
        Some of ``svg``, ``png``, ``html`` and ``pdf``, as a list or as one
        text with commas. The default is the first three.
    theme : {"auto", "light", "dark"}, default "auto"
        ``auto`` gives pictures for paper, and a page that is light or dark as
        its reader's screen is.
    size : {"screen", "column", "page", "slide"}, default "screen"
        Of pictures: as drawn; at most 85 or 170 mm wide, for print; or in the
        middle of a slide of 16 to 9. A chart is scaled as a whole.
    texts : {"snippet", "none", "full"}, default "snippet"
        How much of a text may travel in a page: 140 characters, nothing
        longer than a title, or all of it.
    result : Result, optional
        What is drawn; its seed and the fingerprint of its corpus go into the
        manifest.
    made_by : str, optional
        What made it, for the manifest. Default: the notebook and the first
        line of the cell, or the program.

    Returns
    -------
    list of pathlib.Path
        The files written, in the order of ``formats``.

    Raises
    ------
    LeakError
        If a page would carry a column that the chart does not draw, or more
        of a text than ``texts`` allows; the message names the column.
    ValueError
        If a format, theme or size is unknown.
    TypeError
        If this is not an Altair chart.

    Warns
    -----
    ThemekitWarning
        If letters come out smaller than 4.5 points.

    See Also
    --------
    themekit.setup : Draw charts in a notebook with no network.

    Examples
    --------
    >>> chart = alt.Chart(alt.InlineData(values=[{"x": 1}])).mark_point().encode(x="x:Q")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     [path.name for path in save_figure(chart, f"{folder}/a/b.svg")]
    ['b.svg']

    Notes
    -----
    1. SVG holds title and description as ``<title>`` and ``<desc>``, PNG as
       text beside its pixels (300 to the inch), PDF among its properties, HTML
       as words on the page. SVG and HTML bring their fonts along.
    2. Tooltips are taken out of pictures, where they would stay as hidden
       text. A page keeps them, and with them the chart's whole table.
    3. All formats are drawn before the first is written; each is written
       beside its place and moved there, so that a file is whole or as it was.
    4. ``manifest.json`` in the same folder says of each file what it shows,
       what made it, from which corpus and seed, and its SHA-256 (not of a PDF).
    5. The same chart gives the same bytes, PDF apart.
    """
    base, wanted = _named(Path(path), formats)
    if not isinstance(chart, alt.TopLevelMixin):
        raise TypeError(_not_a_chart(chart))
    if size not in SIZES:
        raise ValueError(_unknown("size", size, tuple(SIZES), "pass one of these as size"))
    with alt.theme.enable(theme_name(theme)):
        spec = chart.to_dict(format="vega-lite")
    if "html" in wanted:
        privacy.check(spec, texts)
    content = draw(spec, wanted, size)
    base.parent.mkdir(parents=True, exist_ok=True)
    paths = [base.with_name(f"{base.name}.{end}") for end in wanted]
    for target, data in zip(paths, content.values(), strict=True):
        replace_file(target, data)
    what = {"title": words(spec)[0], "size": size, "theme": theme, "texts": texts} | _origin(result, made_by)
    _record(base.parent, dict(zip((path.name for path in paths), content.values(), strict=True)), what)
    return paths


def _named(path: Path, formats: str | Sequence[str] | None) -> tuple[Path, list[str]]:
    """Return the path without an ending, and the formats without repeats."""
    end = path.suffix[1:].lower()
    has_end = end in FORMATS
    if formats is None:
        wanted = [end] if has_end else list(DEFAULT)
    else:
        asked = formats.split(",") if isinstance(formats, str) else formats
        wanted = list(dict.fromkeys(str(name).strip().lower().removeprefix(".") for name in asked))
    for name in wanted or [""]:
        if name not in FORMATS:
            raise ValueError(_unknown("format", name, FORMATS, "pass some of these as formats"))
    return (path.with_suffix("") if has_end else path), wanted


def theme_name(theme: str) -> str:
    if theme not in _THEMES:
        raise ValueError(_unknown("theme", theme, tuple(_THEMES), "pass one of these as theme"))
    return _THEMES[theme]


def _unknown(what: str, seen: object, known: Sequence[str], do: str) -> str:
    near = difflib.get_close_matches(str(seen), known, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else "."
    return f"seen the {what} {seen!r}; expected {', '.join(known[:-1])} or {known[-1]}; do {do}{hint}"


def _not_a_chart(seen: object) -> str:
    return (
        f"seen a {type(seen).__name__}; expected an Altair chart; "
        "do draw one first, such as themekit.charts.topic_map(frame)."
    )


def replace_file(target: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    handle, beside = tempfile.mkstemp(prefix=f".{target.name[:100]}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        # mkstemp makes a private file; a figure gets the rights of any new file here.
        umask = os.umask(0)
        os.umask(umask)
        Path(beside).chmod(0o666 & ~umask)
        Path(beside).replace(target)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


def _origin(result: Result | None, made_by: str | None) -> dict[str, Any]:
    settings = {} if result is None else result.settings
    return {"made_by": made_by or _maker(), "seed": settings.get("seed"), "corpus": settings.get("corpus")}


def _maker() -> str | None:
    """Return the notebook and the first line of the cell that runs, or the program."""
    if (ipython := sys.modules.get("IPython")) and (shell := ipython.get_ipython()):
        lines = str(shell.user_ns.get("In", [""])[-1]).strip().splitlines()
        notebook = Path(os.environ.get("JPY_SESSION_NAME", "")).name or "a notebook"
        return f"{notebook}: {lines[0] if lines else ''}"
    return Path(sys.argv[0]).name or None


def _record(folder: Path, content: dict[str, bytes], what: dict[str, Any]) -> None:
    """Write down what was made of what, in the folder's manifest; files that are gone are struck off."""
    path = folder / MANIFEST
    known: dict[str, Any] = {}
    if path.exists():
        try:
            seen = json.loads(path.read_text("utf-8"))
        except ValueError:
            seen = None
        if not isinstance(seen, dict) or seen.get("schema") != SCHEMA:
            warnings.warn(_not_ours(path), themekit.ThemekitWarning, stacklevel=3)
            return
        known = {name: entry for name, entry in seen["figures"].items() if (folder / name).exists()}
    for name, data in content.items():
        digest = {} if name.endswith(".pdf") else {"sha256": hashlib.sha256(data).hexdigest()}
        known[name] = what | digest
    text = json.dumps({"schema": SCHEMA, "figures": known}, indent=1, sort_keys=True, ensure_ascii=False)
    replace_file(path, f"{text}\n".encode("utf-8", "backslashreplace"))


def _not_ours(path: Path) -> str:
    return (
        f"seen {path.name} of something else in {path.parent}; expected {SCHEMA}; the figures are saved and not written "
        "down: do save them in a folder of their own."
    )


def setup(theme: Theme = "auto") -> None:
    """Make charts draw in this notebook and in its HTML export, with no network.

    Run it once, in the first cell. What it prints carries the libraries that
    draw charts (about 0.9 MB), so that a saved notebook and the page that
    nbconvert makes of it draw too, wherever they are opened. Safe to run again.

    Parameters
    ----------
    theme : {"auto", "light", "dark"}, default "auto"
        ``auto`` is light or dark as the notebook is.

    Raises
    ------
    ValueError
        If the theme is unknown.

    See Also
    --------
    themekit.save_figure : Charts as files.

    Examples
    --------
    >>> with alt.theme.enable("default"), alt.renderers.enable("default"):  # puts both back afterwards
    ...     setup()  # doctest: +ELLIPSIS
    themekit ...: charts draw here and in HTML exports with no network, light or dark as the page is.

    Notes
    -----
    Until the kernel ends, all Altair charts have the themekit look and are
    drawn this way; ``alt.theme.enable("default")`` and
    ``alt.renderers.enable("default")`` put either back.
    """
    from IPython.display import display  # noqa: PLC0415 - comes with a notebook, and costs nothing without one

    name = theme_name(theme)
    ready = _Ready(theme)
    alt.theme.enable(name)
    alt.renderers.enable("themekit")
    display(ready)  # type: ignore[no-untyped-call]


class _Ready:
    """What setup prints: one line to read, and the script that draws."""

    def __init__(self, theme: str) -> None:
        look = "light or dark as the page is" if theme == "auto" else theme
        self._line = (
            f"themekit {themekit.__version__}: charts draw here and in HTML exports with no network, {look}."
        )

    def __repr__(self) -> str:
        return self._line

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(self._line)}</p><script>{_around(pages.player())}</script>"


def _around(player: str) -> str:
    # A function of its own: the libraries' thousands of names stay inside. The versions tell the template of
    # Altair's own renderer that nothing needs to be loaded, for whoever goes back to it.
    versions = {
        "vega_version": alt.VEGA_VERSION,
        "vegalite_version": alt.VEGALITE_VERSION,
        "vegaembed_version": alt.VEGAEMBED_VERSION,
    }
    mark = pages.script_json(hashlib.sha256(player.encode()).hexdigest()[:12])
    return (
        f"(function () {{ if (window.themekit && window.themekit.mark === {mark}) return;\n{player}\n"
        f"window.themekit.mark = {mark};\n"
        f"window.VEGA_DEBUG = Object.assign(window.VEGA_DEBUG || {{}}, {pages.script_json(versions)}); }})();"
    )


def _show(
    spec: dict[str, Any], *, embed_options: dict[str, Any] | None = None, **_: object
) -> dict[str, str]:
    """Return a chart as a notebook shows it: the renderer that setup enables."""
    title, description = words(spec)
    content, options = pages.script_json(spec), pages.script_json(embed_options or {})
    mark = hashlib.sha256(content.encode()).hexdigest()[:12]
    return {
        "text/html": _CELL.format(mark=mark, spec=content, options=options),
        "text/plain": description or title or "An Altair chart",
    }


# Cells may come up in any order when a notebook is opened: a chart waits for the script of the first cell.
_CELL = """<div id="themekit-{mark}"></div>
<script>
(function (spec, options) {{
  let element = document.currentScript && document.currentScript.previousElementSibling;
  if (!element || element.id !== "themekit-{mark}") element = document.getElementById("themekit-{mark}");
  (function wait(left) {{
    if (window.themekit) window.themekit.draw(element, spec, options);
    else if (left) setTimeout(wait, 100, left - 1);
    else element.textContent = "Run the cell with themekit.setup() first: it brings what draws this chart.";
  }})(100);
}})({spec}, {options});
</script>"""

alt.renderers.register("themekit", _show)


def save_all(
    result: Result,
    folder: str | os.PathLike[str],
    *,
    formats: Sequence[str] = DEFAULT,
    authors: Sequence[str] | None = None,
    only: Container[str] | None = None,
    theme: Theme = "auto",
    size: Size = "screen",
    made_by: str | None = None,
) -> list[Path]:
    """Save the figures of a result: of all authors together, and of each by themselves.

    Parameters
    ----------
    result : Result
    folder : str or path
        Made if it is not there. Figures of the same names are replaced.
    formats : sequence of str
        Some of ``svg``, ``png``, ``html`` and ``pdf``.
    authors : sequence of str, optional
        Whose. Default: everybody's.
    only : container of str, optional
        Names of charts. Default: all.
    theme : {"auto", "light", "dark"}, default "auto"
    size : {"screen", "column", "page", "slide"}, default "screen"
    made_by : str, optional
        As in :func:`save_figure`.

    Returns
    -------
    list of pathlib.Path
        The files.
    """
    from themekit.drawings import drawings  # noqa: PLC0415 - it knows the estimator, which no single figure needs

    folder, taken, paths = Path(folder), set[str](), list[Path]()

    def keep(name: str, chart: alt.TopLevelMixin) -> None:
        taken.add(name)
        paths.extend(
            save_figure(
                chart, folder / name, formats=formats, theme=theme, size=size, result=result, made_by=made_by
            )
        )

    for name, chart in drawings(result, only=only):
        keep(name, chart)
    for author in result.authors["author"] if authors is None else authors:
        for name, chart in drawings(result, author, only):
            keep(file_name(name, author, taken), chart)
    return paths
