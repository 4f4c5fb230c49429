"""Pictures: one chart as SVG, PNG, PDF or a page, in the size that it is for."""

from __future__ import annotations

import html
import io
import json
import re
import struct
import textwrap
import warnings
import zlib
from typing import TYPE_CHECKING, Any

import vl_convert

import themekit
from themekit import pages
from themekit.charts import style

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

PPI = 300
SIZES: dict[str, tuple[float, float]] = {
    "screen": (0, 0),
    "column": (85, 240),
    "page": (170, 247),
    "slide": (338.667, 190.5),
}
"""Room in millimetres, by size: a column and a page of print, a slide of 16 to 9; ``screen`` is as drawn."""
_MILLIMETRE = 72 / 25.4  # a picture has 72 of the chart's pixels to the inch
_SHEETS = {(595, 842), (612, 792)}  # A4 and letter, in points
_LARGEST = 1.25
_SMALLEST = 4.5  # points: what can still be read on paper


def draw(spec: dict[str, Any], wanted: Iterable[str], size: str) -> dict[str, bytes]:
    """Draw a chart in each of some formats.

    Parameters
    ----------
    spec : dict
        A Vega-Lite specification.
    wanted : iterable of str
        Some of ``svg``, ``png``, ``pdf`` and ``html``.
    size : str
        One of :data:`SIZES`; a page takes the size of what it is shown in.

    Returns
    -------
    dict of bytes
        The content of each file.
    """
    content = {}
    for end in wanted:
        if end == "html":
            content[end] = _html(spec)
            continue
        if not content.keys() - {"html"}:  # the first picture
            shown = _still(_for_column(spec) if size == "column" else spec)
            svg = _numbered(
                vl_convert.vegalite_to_svg(shown, vl_version=pages.VL_VERSION, allowed_base_urls=[])
            )
            _check_letters(svg, size)
        content[end] = _FINISH[end](svg, spec, size)
    return content


# In a narrow column a chart is made so much smaller that its letters have to be drawn larger.
_LARGER = 1.5
_TITLE_LETTER, _SUBTITLE_LETTER = 19 * 0.5, 13 * 0.52  # average widths, in the look of themekit
_GROWING = frozenset({
    "fontSize", "labelFontSize", "titleFontSize", "subtitleFontSize", "lineHeight", "subtitleLineHeight", "labelLimit",
    "titleLimit", "limit", "labelPadding", "symbolSize",
})  # fmt: skip


def _for_column(spec: dict[str, Any]) -> dict[str, Any]:
    """Return a chart with larger letters, its title broken anew into lines; not one that is set like a page."""
    if '"field": "line"' in json.dumps(spec):
        return spec
    drawn: str = vl_convert.vegalite_to_svg(_still(spec), vl_version=pages.VL_VERSION, allowed_base_urls=[])
    larger: dict[str, Any] = _grown(spec)
    larger["config"] = larger.get("config", {}) | {"padding": 6}
    if isinstance(title := larger.get("title"), dict):
        room = _sides(drawn)[0] / _LARGER - 2 * 6
        for key, letter in (("text", _TITLE_LETTER), ("subtitle", _SUBTITLE_LETTER)):
            text = title.get(key, "")
            whole = text if isinstance(text, str) else " ".join(text)
            title[key] = textwrap.wrap(whole, int(room / letter), break_on_hyphens=False)
    return larger


def _grown(part: Any) -> Any:  # noqa: ANN401 - any part of a specification
    if isinstance(part, list):
        return [_grown(item) for item in part]
    if not isinstance(part, dict):
        return part
    return {
        key: value * _LARGER
        if key in _GROWING and isinstance(value, int | float)
        else value
        if key in _DATA
        else _grown(value)
        for key, value in part.items()
    }


_OPENING = re.compile(r'<svg [^>]*?width="([\d.]+)"[^>]*?height="([\d.]+)"[^>]*>')


def _sides(svg: str) -> tuple[float, float]:
    seen = _OPENING.search(svg)
    return (float(seen[1]), float(seen[2])) if seen else (1.0, 1.0)


def _factor(svg: str, size: str) -> float:
    """Return how much larger than drawn a picture becomes."""
    width, height = _sides(svg)
    if size == "screen" or (size == "page" and (round(width), round(height)) in _SHEETS):
        return 1.0
    across, down = SIZES[size]
    fits = min(across * _MILLIMETRE / width, down * _MILLIMETRE / height)
    return fits if size == "slide" else min(fits, _LARGEST)


def _placed(svg: str, size: str, unit: str = "") -> str:
    """Return a picture in its size: in points where there is no unit."""
    if size == "screen":
        return svg
    width, height = _sides(svg)
    factor, left, top, ground = _factor(svg, size), 0.0, 0.0, ""
    if size == "slide":
        across, down = (room * _MILLIMETRE / factor for room in SIZES[size])
        left, top, width, height = (width - across) / 2, (height - down) / 2, across, down
        paper = re.search(r'<rect[^>]* fill="([^"]+)"', svg)
        ground = f'<rect x="{left:.6g}" y="{top:.6g}" width="{width:.6g}" height="{height:.6g}" fill="{paper[1] if paper else style.BLANK}"/>'
    scale = factor / (_MILLIMETRE if unit else 1)
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" version="1.1" class="marks" width="{width * scale:.6g}{unit}" '
        f'height="{height * scale:.6g}{unit}" viewBox="{left:.6g} {top:.6g} {width:.6g} {height:.6g}">'
    )
    return _OPENING.sub(lambda _: opening + ground, svg, count=1)


def _check_letters(svg: str, size: str) -> None:
    sizes = [float(found) for found in re.findall(r'font-size="([\d.]+)px"', svg)]
    if size != "screen" and sizes and (least := min(sizes) * _factor(svg, size)) < _SMALLEST:
        warnings.warn(
            f"seen letters of {least:.1f} points at size={size!r}; expected {_SMALLEST} or more; do take a larger "
            "size, or draw less in one chart.",
            themekit.ThemekitWarning,
            stacklevel=4,
        )


def _svg(svg: str, spec: dict[str, Any], size: str) -> bytes:
    title, description = words(spec)
    said = f"<title>{html.escape(title)}</title><desc>{html.escape(description)}</desc><style>{pages.fonts()}</style>"
    return re.sub(
        r"<svg [^>]*>", lambda opening: opening[0] + said, _placed(svg, size, "mm"), count=1
    ).encode()


def _numbered(svg: str) -> str:
    """Count gradients and clips from 0: Vega counts on from one picture to the next."""
    ids = re.findall(r'<(?:linearGradient|radialGradient|clipPath) id="([^"]+)"', svg)
    if not ids:
        return svg
    number = {name: f"part_{i}" for i, name in enumerate(dict.fromkeys(ids))}
    uses = rf'(id="|url\(#)({"|".join(map(re.escape, number))})(?=["\)])'
    return re.sub(uses, lambda use: use[1] + number[use[2]], svg)


def _png(svg: str, spec: dict[str, Any], size: str) -> bytes:
    drawn = vl_convert.svg_to_png(_placed(svg, size), ppi=PPI, scale=1)
    title, description = words(spec)
    said = [_told(key, text) for key, text in (("Title", title), ("Description", description)) if text]
    (head, *others), pixels = _taken_apart(drawn)
    # The library packs its pixels in haste: this makes a file a quarter as large.
    packed = _chunk(b"IDAT", zlib.compress(pixels, 6))
    return drawn[:8] + b"".join([head, *said, *others[:-1], packed, others[-1]])


def _taken_apart(png: bytes) -> tuple[list[bytes], bytes]:
    """Return the chunks of a PNG without its pixels, and these as they are."""
    others, packed, at = [], b"", 8
    while at < len(png):
        end = at + 12 + int.from_bytes(png[at : at + 4], "big")
        if png[at + 4 : at + 8] == b"IDAT":
            packed += png[at + 8 : end - 4]
        else:
            others.append(png[at:end])
        at = end
    return others, zlib.decompress(packed)


def _chunk(kind: bytes, content: bytes) -> bytes:
    body = kind + content
    return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))


def _told(key: str, text: str) -> bytes:
    """Return a PNG text chunk in UTF-8."""
    return _chunk(b"iTXt", key.encode() + b"\0\0\0\0\0" + text.encode())


def _pdf(svg: str, spec: dict[str, Any], size: str) -> bytes:
    from pypdf import PdfWriter  # noqa: PLC0415 - only for what is printed

    title, description = words(spec)
    writer = PdfWriter(clone_from=io.BytesIO(vl_convert.svg_to_pdf(_placed(svg, size))))
    writer.add_metadata(
        {"/Title": title, "/Subject": description, "/Creator": f"themekit {themekit.__version__}"}
    )
    content = io.BytesIO()
    writer.write(content)
    return content.getvalue()


_FINISH: dict[str, Callable[[str, dict[str, Any], str], bytes]] = {"svg": _svg, "png": _png, "pdf": _pdf}


def _html(spec: dict[str, Any]) -> bytes:
    title, description = words(spec)
    runs_code = _runs_code(spec)
    options = pages.script_json({"ast": not runs_code, "prints": True})
    script = f'{pages.player()}\nthemekit.draw(document.getElementById("chart"), {pages.script_json(spec)}, {options});'
    paper, dark_paper = (style.config(dark=dark)["background"] for dark in (False, True))
    follows = spec.get("usermeta", {}).get("themekit") == "auto"
    here = spec.get("config", {}).get("background", paper)
    page = _PAGE.format(
        policy=pages.policy(script, runs_code=runs_code),
        title=html.escape(title or "Chart"),
        description=html.escape(description),
        paper=here,
        fonts=pages.fonts(),
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
    compiled = vl_convert.vegalite_to_vega(spec, vl_version=pages.VL_VERSION)
    return "datetime(" in json.dumps({key: part for key, part in compiled.items() if key != "data"})


_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="description" content="{description}">
<title>{title}</title>
<style>
{fonts}
body {{ margin: 0; padding: 16px; background: {paper} }}
{night}
main {{ overflow-x: auto }}
@media not print {{ .themekit-paper {{ display: none !important }} }}
@media print {{
svg.marks {{ max-width: 100%; height: auto }}
details, .vega-embed:has(> .themekit-paper) > svg {{ display: none }}
}}
</style>
</head>
<body>
<main><div id="chart"></div></main>
<noscript>{title}. {description}</noscript>
<script>{script}</script>
</body>
</html>
"""


def words(spec: dict[str, Any]) -> tuple[str, str]:
    """Return title and description of a chart, fit for any file.

    Parameters
    ----------
    spec : dict
        A Vega-Lite specification.

    Returns
    -------
    tuple of str
        Each may be empty.

    Examples
    --------
    >>> words({"title": {"text": ["Bread", "and boats"]}})
    ('Bread and boats', '')
    """
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
