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

import base64
import difflib
import hashlib
import html
import json
import os
import re
import struct
import tempfile
import unicodedata
import zlib
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import altair as alt
import vl_convert

import themekit
from themekit.charts import style

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Sequence

    from themekit.result import Result

__all__ = ["FORMATS", "save_all", "save_figure", "setup"]

FORMATS = ("svg", "png", "html", "pdf")
DEFAULT = ("svg", "png", "html")
PPI = 300
Theme = Literal["auto", "light", "dark"]
_THEMES = {"auto": "themekit", "light": "themekit_light", "dark": "themekit_dark"}
_VL_VERSION = ".".join(alt.VEGALITE_VERSION.split(".")[:2])


def save_figure(
    chart: alt.TopLevelMixin,
    path: str | os.PathLike[str],
    *,
    formats: str | Sequence[str] | None = None,
    theme: Theme = "auto",
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
        text with commas. The default is the first three; PDF is left out
        because its bytes differ from run to run.
    theme : {"auto", "light", "dark"}, default "auto"
        ``auto`` gives pictures for paper, and a page that is light or dark as
        its reader's screen is.

    Returns
    -------
    list of pathlib.Path
        The files written, in the order of ``formats``.

    Raises
    ------
    ValueError
        If a format or theme is unknown.
    TypeError
        If this is not an Altair chart.

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
       text beside its pixels (300 to the inch), HTML as words on the page.
    2. Tooltips are taken out of pictures, where they would stay as hidden
       text. A page keeps them, and all columns that the chart's frame has;
       charts of themekit bring only the columns that they draw.
    3. All formats are drawn before the first is written; each is written
       beside its place and moved there, so that a file is whole or as it was.
    4. The same chart gives the same bytes, PDF apart.
    """
    base, wanted = _named(Path(path), formats)
    if not isinstance(chart, alt.TopLevelMixin):
        raise TypeError(_not_a_chart(chart))
    with alt.theme.enable(_theme_name(theme)):
        spec = chart.to_dict(format="vega-lite")
    content = {end: _DRAW[end](spec) for end in wanted}
    base.parent.mkdir(parents=True, exist_ok=True)
    paths = [base.with_name(f"{base.name}.{end}") for end in wanted]
    for target, data in zip(paths, content.values(), strict=True):
        _replace(target, data)
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


def _theme_name(theme: str) -> str:
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


def _replace(target: Path, data: bytes) -> None:
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


def _svg(spec: dict[str, Any]) -> bytes:
    drawn = vl_convert.vegalite_to_svg(_still(spec), vl_version=_VL_VERSION, allowed_base_urls=[])
    title, description = _words(spec)
    said = f"<title>{html.escape(title)}</title><desc>{html.escape(description)}</desc>"
    return re.sub(r"<svg [^>]*>", lambda opening: opening[0] + said, _numbered(drawn), count=1).encode()


def _numbered(svg: str) -> str:
    """Count gradients and clips from 0: Vega counts on from one picture to the next."""
    ids = re.findall(r'<(?:linearGradient|radialGradient|clipPath) id="([^"]+)"', svg)
    if not ids:
        return svg
    number = {name: f"part_{i}" for i, name in enumerate(dict.fromkeys(ids))}
    uses = rf'(id="|url\(#)({"|".join(map(re.escape, number))})(?=["\)])'
    return re.sub(uses, lambda use: use[1] + number[use[2]], svg)


def _png(spec: dict[str, Any]) -> bytes:
    drawn = vl_convert.vegalite_to_png(
        _still(spec), vl_version=_VL_VERSION, ppi=PPI, scale=1, allowed_base_urls=[]
    )
    title, description = _words(spec)
    said = [_chunk(key, text) for key, text in (("Title", title), ("Description", description)) if text]
    first = 33  # signature and IHDR, which comes first and has a fixed length
    return drawn[:first] + b"".join(said) + drawn[first:]


def _chunk(key: str, text: str) -> bytes:
    """Return a PNG text chunk in UTF-8."""
    body = b"iTXt" + key.encode() + b"\0\0\0\0\0" + text.encode()
    return struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))


def _pdf(spec: dict[str, Any]) -> bytes:
    return vl_convert.vegalite_to_pdf(_still(spec), vl_version=_VL_VERSION, allowed_base_urls=[])


def _html(spec: dict[str, Any]) -> bytes:
    title, description = _words(spec)
    runs_code = _runs_code(spec)
    options = _json({"ast": not runs_code})
    script = f'{_player()}\nthemekit.draw(document.getElementById("chart"), {_json(spec)}, {options});'
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    paper, dark_paper = (style.config(dark=dark)["background"] for dark in (False, True))
    follows = spec.get("usermeta", {}).get("themekit") == "auto"
    here = spec.get("config", {}).get("background", paper)
    page = _PAGE.format(
        scripts=f"'sha256-{digest}'" + (" 'unsafe-eval'" if runs_code else ""),
        title=html.escape(title or "Chart"),
        description=html.escape(description),
        paper=here,
        night=f"@media screen and (prefers-color-scheme: dark) {{ body {{ background: {dark_paper} }} }}"
        if follows
        else "",
        script=script,
    )
    return page.encode()


def _runs_code(spec: dict[str, Any]) -> bool:
    """Say whether a page must allow expressions to run as code.

    Vega's interpreter, which needs no such right, takes the milliseconds in ``datetime(milliseconds)`` for a year. It
    is what an axis of dates with a given range comes to, and the axis would be empty. No chart of themekit has one.
    """
    compiled = vl_convert.vegalite_to_vega(spec, vl_version=_VL_VERSION)
    return "datetime(" in json.dumps({key: part for key, part in compiled.items() if key != "data"})


_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src {scripts}; \
style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="description" content="{description}">
<title>{title}</title>
<style>
body {{ margin: 0; padding: 16px; background: {paper} }}
{night}
main {{ overflow-x: auto }}
</style>
</head>
<body>
<main><div id="chart"></div></main>
<noscript>{title}. {description}</noscript>
<script>{script}</script>
</body>
</html>
"""

_DRAW: dict[str, Callable[[dict[str, Any]], bytes]] = {"svg": _svg, "png": _png, "html": _html, "pdf": _pdf}


def _words(spec: dict[str, Any]) -> tuple[str, str]:
    """Return title and description of a chart, fit for any file."""
    title = spec.get("title") or ""
    text = title.get("text", "") if isinstance(title, dict) else title
    line = " ".join(text) if isinstance(text, list) else str(text)
    return _FORBIDDEN.sub("\ufffd", line), _FORBIDDEN.sub("\ufffd", str(spec.get("description") or ""))


# What XML cannot hold, in whatever way it is written.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _still(part: Any) -> Any:  # noqa: ANN401 - any part of a specification
    """Return a specification without tooltips; in a picture they would stay as hidden text."""
    if isinstance(part, list):
        return [_still(item) for item in part]
    if not isinstance(part, dict):
        return part
    return {key: value if key in _DATA else _still(value) for key, value in part.items() if key != "tooltip"}


_DATA = frozenset({"data", "datasets"})


def _json(value: object) -> str:
    """Return JSON that can stand inside a script, whatever the texts in it say."""
    text = json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


@cache
def _player() -> str:
    """Return the script that draws: Vega's libraries and ours around them."""
    tones = _json({"light": style.config(), "dark": style.config(dark=True)})
    own = files("themekit").joinpath("data", "embed.js").read_text("utf-8").replace("THEMEKIT_TONES", tones)
    return vl_convert.javascript_bundle(own, _VL_VERSION)


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

    name = _theme_name(theme)
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
        return f"<p>{html.escape(self._line)}</p><script>{_around(_player())}</script>"


def _around(player: str) -> str:
    # A function of its own: the libraries' thousands of names stay inside. The versions tell the template of
    # Altair's own renderer that nothing needs to be loaded, for whoever goes back to it.
    versions = {
        "vega_version": alt.VEGA_VERSION,
        "vegalite_version": alt.VEGALITE_VERSION,
        "vegaembed_version": alt.VEGAEMBED_VERSION,
    }
    mark = _json(hashlib.sha256(player.encode()).hexdigest()[:12])
    return (
        f"(function () {{ if (window.themekit && window.themekit.mark === {mark}) return;\n{player}\n"
        f"window.themekit.mark = {mark};\n"
        f"window.VEGA_DEBUG = Object.assign(window.VEGA_DEBUG || {{}}, {_json(versions)}); }})();"
    )


def _show(
    spec: dict[str, Any], *, embed_options: dict[str, Any] | None = None, **_: object
) -> dict[str, str]:
    """Return a chart as a notebook shows it: the renderer that setup enables."""
    title, description = _words(spec)
    content, options = _json(spec), _json(embed_options or {})
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
    result: Result, folder: str | os.PathLike[str], *, formats: Sequence[str] = DEFAULT
) -> list[Path]:
    """Save the figures of a result: all authors' fingerprint, the map of passages, each author's thread.

    Parameters
    ----------
    result : Result
    folder : str or path
        Made if it is not there. Figures of the same names are replaced.
    formats : sequence of str
        Some of ``svg``, ``png``, ``html`` and ``pdf``.

    Returns
    -------
    list of pathlib.Path
        The files.
    """
    from themekit import charts  # noqa: PLC0415 - only where all are drawn

    folder = Path(folder)
    named: dict[str, alt.TopLevelMixin] = {
        "fingerprint": charts.fingerprint(result.themes, result.authors),
        "topic-map": charts.topic_map(result.map_frame()),
    }
    for author in result.authors["author"]:
        named[_fresh(f"thread-{_slug(author)}", named)] = charts.thread(result.thread_frame(author))
    return [
        path for name, chart in named.items() for path in save_figure(chart, folder / name, formats=formats)
    ]


def _slug(name: str) -> str:
    """Return a file name that is safe on every system: letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return (
        re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60]
        or hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    )


def _fresh(name: str, taken: Container[str]) -> str:
    n = 1
    while (tried := name if n == 1 else f"{name}-{n}") in taken:
        n += 1
    return tried
