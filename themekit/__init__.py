"""themekit finds an author's meta-theme: the one way of seeing that comes back whatever they write about.

Three calls answer the question, and nothing leaves the machine::

    corpus = themekit.read("my-essays")
    result = themekit.mine(corpus)
    result.portrait("Author")

Names are loaded when first used, so that ``import themekit`` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from themekit import (
        affect,
        background,
        cache,
        charts,
        concepts,
        contrasts,
        encoders,
        exchange,
        explorer,
        frames,
        judgements,
        junctures,
        naming,
        neighbours,
        notebooks,
        roster,
        threads,
        turns,
    )
    from themekit.agreement import stability
    from themekit.charts.picking import pickable, picked
    from themekit.concepts import catalogue
    from themekit.corpus import Corpus, read
    from themekit.desk import judge
    from themekit.encoders import embed, find_encoder
    from themekit.explorer import explore
    from themekit.figures import save_figure, setup
    from themekit.method import method_note
    from themekit.mining import mine
    from themekit.notebooks import demo
    from themekit.passages import split_passages
    from themekit.portrait import Portrait
    from themekit.result import Result
    from themekit.store import load
    from themekit.themes import ThemeEstimator

__version__ = "0.1.0"

_HOME = {
    "Corpus": "corpus", "read": "corpus", "split_passages": "passages", "embed": "encoders", "find_encoder": "encoders",
    "catalogue": "concepts", "ThemeEstimator": "themes", "Portrait": "portrait", "Result": "result", "mine": "mining",
    "method_note": "method", "stability": "agreement",
    "load": "store", "demo": "notebooks", "explore": "explorer", "judge": "desk", "save_figure": "figures", "setup": "figures",
    "pickable": "charts.picking", "picked": "charts.picking",
}  # fmt: skip
_MODULES = (
    "affect", "background", "cache", "charts", "concepts", "contrasts", "encoders", "exchange", "explorer", "frames", "judgements", "junctures", "naming",
    "neighbours", "notebooks", "roster", "threads", "turns",
)  # fmt: skip

__all__ = [
    "Corpus", "Portrait", "Result", "ThemeEstimator", "ThemekitWarning", "__version__", "affect", "background", "cache",
    "catalogue", "charts", "concepts", "contrasts", "demo", "embed", "encoders", "exchange", "explore", "explorer", "find_encoder", "frames", "judge", "judgements", "junctures", "load",
    "method_note", "mine", "naming", "neighbours", "notebooks", "pickable", "picked", "read", "roster", "save_figure", "setup", "split_passages", "stability", "threads", "turns",
]  # fmt: skip


class ThemekitWarning(UserWarning):
    """Something was done otherwise than asked, or an answer stands on little; the message says which."""


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the name stands for
    if name in _MODULES:
        return import_module(f"themekit.{name}")
    if name in _HOME:
        return getattr(import_module(f"themekit.{_HOME[name]}"), name)
    raise AttributeError(f"module 'themekit' has no attribute {name!r}; it has {', '.join(__all__)}")


def __dir__() -> list[str]:
    return __all__
