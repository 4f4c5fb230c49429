"""Pages: HTML files that carry all they need, and that a policy keeps from the network."""

from __future__ import annotations

import base64
import hashlib
import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import altair as alt
import vl_convert

from themekit.charts import style

if TYPE_CHECKING:
    from collections.abc import Iterable

VL_VERSION = ".".join(alt.VEGALITE_VERSION.split(".")[:2])
# The sans has the shapes and widths of Liberation Sans, which the pictures are drawn with.
_FACES = {
    "sans-regular": ("Liberation Sans", 400, "normal"),
    "sans-bold": ("Liberation Sans", "600 700", "normal"),
    "serif-regular": ("themekit Serif", 400, "normal"),
    "serif-italic": ("themekit Serif", 400, "italic"),
    "serif-semibold": ("themekit Serif", "600 700", "normal"),
}
SANS = ("sans-regular", "sans-bold")
ALL_FACES = tuple(_FACES)


def script_json(value: object) -> str:
    r"""Return JSON that can stand inside a script, whatever the texts in it say.

    Parameters
    ----------
    value : object
        What JSON can hold.

    Returns
    -------
    str
        ASCII without ``<``, ``>`` and ``&``.

    Examples
    --------
    >>> print(script_json({"a": "</script>"}))
    {"a":"\u003c/script\u003e"}
    """
    text = json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


@cache
def player(*more: str) -> str:
    """Return the script that draws: Vega's libraries, ours around them, and more of our own files.

    Parameters
    ----------
    *more : str
        Names of files in ``themekit/data`` that follow.

    Returns
    -------
    str
        A script that fetches nothing.
    """
    tones = script_json({"light": style.config(), "dark": style.config(dark=True)})
    own = "\n".join(_data(name) for name in ("embed.js", *more)).replace("THEMEKIT_TONES", tones)
    return vl_convert.javascript_bundle(own, VL_VERSION)


def _data(name: str) -> str:
    return files("themekit").joinpath("data", name).read_text("utf-8")


def policy(script: str, *, runs_code: bool = False) -> str:
    """Return a content security policy under which a page runs one script and asks nobody for anything.

    Parameters
    ----------
    script : str
        All that stands in the page's script.
    runs_code : bool, default False
        Whether Vega's expressions run as code; otherwise they are interpreted.

    Returns
    -------
    str
        For the ``content`` of a meta element.

    Examples
    --------
    >>> policy("")[:70]
    "default-src 'none'; script-src 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5N"
    """
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    scripts = f"'sha256-{digest}'" + (" 'unsafe-eval'" if runs_code else "")
    return (
        f"default-src 'none'; script-src {scripts}; style-src 'unsafe-inline'; img-src data:; font-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


@cache
def fonts(faces: Iterable[str] = SANS) -> str:
    """Return style that brings fonts along.

    Parameters
    ----------
    faces : tuple of str, default the sans
        Which of the shipped ones.

    Returns
    -------
    str
        One ``@font-face`` rule each, about 30 kB.

    Examples
    --------
    >>> fonts(("sans-bold",))[:60]
    '@font-face{font-family:"Liberation Sans";font-weight:600 700'
    """
    return "".join(_face(name, *_FACES[name]) for name in faces)


def _face(name: str, family: str, weight: object, slant: str) -> str:
    data = files("themekit").joinpath("data", "fonts", f"{name}.woff2").read_bytes()
    return (
        f'@font-face{{font-family:"{family}";font-weight:{weight};font-style:{slant};'
        f"src:url(data:font/woff2;base64,{base64.b64encode(data).decode()}) format('woff2')}}"
    )
