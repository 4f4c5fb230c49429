"""The portrait: what was found of one author, in words, for a terminal or a notebook."""

from __future__ import annotations

import json
import textwrap
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd

from themekit.readers.document import count
from themekit.wording import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from themekit.agreement import Stability
    from themekit.result import Result

_WIDTH = 96
_N_RUNNERS_UP = 4


@dataclass(frozen=True, eq=False)
class Portrait:
    """One author's result, ready to be read.

    Attributes
    ----------
    author, verdict : str
        ``verdict`` is ``found``, ``none`` or ``insufficient``.
    meta_theme : str or None
        Only where the verdict is ``found``.
    leading : str
        The concept of the first rank, whatever the verdict.
    gloss : str
        What it is to see things so.
    reason : str or None
        Why there is no meta-theme.
    missing : dict
        By quantity: what there is, and what is needed.
    n_documents, n_words : int
    q_value : float
        False discovery rate; not a number where there was no test.
    themes : pandas.DataFrame
        This author's concepts by rank.
    quotes : pandas.DataFrame
        Evidence of the leading theme, with text and place.
    topics : tuple of str
        Labels of the topics in whose documents it shows.
    stability : str or None
        What stays when seed, encoder, passage length or documents change; None where that was not looked at.

    Examples
    --------
    >>> import themekit
    >>> result = themekit.mine(themekit.Corpus.from_texts(["We mended the gate again."], author="Ann"), encoder="static")
    >>> print(result.portrait("Ann"))  # doctest: +ELLIPSIS
    Ann: too little to tell
    ...
    """

    author: str
    verdict: str
    meta_theme: str | None
    leading: str
    gloss: str
    reason: str | None
    missing: dict[str, Any]
    n_documents: int
    n_words: int
    q_value: float
    themes: pd.DataFrame
    quotes: pd.DataFrame
    topics: tuple[str, ...]
    encoder: str
    stability: str | None = None

    @classmethod
    def of(cls, result: Result, author: str, stability: Stability | None = None) -> Portrait:
        """Collect what the result says of one author, and how stable that is where it was looked at."""
        row = result.authors[result.authors["author"] == author].iloc[0]
        themes = result.themes[result.themes["author"] == author].reset_index(drop=True)
        leading = str(themes["concept"].iloc[0])
        glosses = result.concepts.set_index("concept")["gloss"]
        return cls(
            author=author,
            verdict=row["verdict"],
            meta_theme=None if pd.isna(row["meta_theme"]) else row["meta_theme"],
            leading=leading,
            gloss=str(glosses[leading]),
            reason=None if pd.isna(row["reason"]) else row["reason"],
            missing=json.loads(row["missing"]),
            n_documents=int(row["n_documents"]),
            n_words=int(row["n_words"]),
            q_value=float(row["q_value"]),
            themes=themes,
            quotes=result.quotes(author, leading).reset_index(drop=True),
            topics=_topics(result, author, leading),
            encoder=result.settings["encoder"],
            stability=None if stability is None else stability.line(author),
        )

    @property
    def headline(self) -> str:
        """The finding as a phrase."""
        return {
            "found": f"meta-theme {self.leading}",
            "none": "no meta-theme",
            "insufficient": "too little to tell",
        }[self.verdict]

    def __str__(self) -> str:
        """Return the portrait as plain text."""
        return "\n".join(self._lines())

    def __repr__(self) -> str:
        """Say in one line who and what."""
        return f"<Portrait: {visible(self.author)}, {self.headline}>"

    def _lines(self) -> Iterator[str]:
        yield f"{visible(self.author)}: {self.headline}"
        yield from _wrap(self.how_sure, "  ")
        if self.stability:
            yield from _wrap(visible(self.stability), "  ")
        yield from _wrap(f"{self.leading}: {self.gloss}", "  ")
        yield from _wrap(self.where, "  ")
        for role, heading in (("for", "quotes"), ("against", "seen otherwise"), ("absent", "absent from")):
            some = self.quotes[self.quotes["role"] == role]
            if len(some):
                yield f"  {heading}:"
            for quote in some.itertuples(index=False):
                yield from _wrap(f"“{visible(quote.quote)}”", "    ")
                yield f"      {place(quote)}"
        if len(self.themes) > 1:
            yield from _wrap(f"next: {self.runners_up}", "  ")

    @property
    def how_sure(self) -> str:
        """How sure that is and on what it rests, in sentences."""
        first = self.themes.iloc[0]
        based = f"{count(self.n_documents, 'document')}, {self.n_words:,} words; encoder {self.encoder}"
        if self.verdict != "found":
            ranked = f" What ranks first is {self.leading}." if self.verdict == "insufficient" else ""
            missing = "What there is, and what is needed: " if self.verdict == "insufficient" else ""
            return f"{missing}{(self.reason or '').rstrip('.')}.{ranked} Rests on {based}."
        return (
            f"effect {first['effect']:.2f} standard deviations of a comparable text, 95 % interval {first['low']:.2f} to "
            f"{first['high']:.2f}; p = {first['p_value']:.2g} over all candidates, q = {self.q_value:.2g} over all authors. "
            f"Rests on {based}."
        )

    @property
    def where(self) -> str:
        """Where the leading theme shows, in a sentence."""
        first = self.themes.iloc[0]
        if pd.isna(first["effect"]):
            return (
                "Without other people's texts to compare with, it cannot be said in which documents it shows."
            )
        shown = round(first["document_share"] * self.n_documents)
        years = (
            ""
            if pd.isna(first["first_year"])
            else (
                f", {first['first_year']} to {first['last_year']}"
                if first["first_year"] != first["last_year"]
                else f", {first['first_year']}"
            )
        )
        topics = (
            f" on {count(int(first['n_topics']), 'topic')}: {'; '.join(map(visible, self.topics[:6]))}"
            if self.topics
            else ""
        )
        return f"It shows in {shown} of {count(self.n_documents, 'document')}{years}{topics}."

    @property
    def runners_up(self) -> str:
        """The four themes that follow, with their effects."""
        rows = self.themes.iloc[1 : 1 + _N_RUNNERS_UP].itertuples(index=False)
        return ", ".join(f"{r.concept}{'' if pd.isna(r.effect) else f' ({r.effect:+.2f})'}" for r in rows)

    def _repr_html_(self) -> str:
        found = self.verdict == "found"
        quotes = "".join(
            f"<blockquote style='margin:1em 0;padding:0 0 0 1em;border-left:3px solid #3f90da'>{_html(q.quote)}"
            f"<div style='{_QUIET}'>{_html(place(q))}</div></blockquote>"
            for q in self.quotes[self.quotes["role"] == "for"].itertuples(index=False)
        )
        others = "".join(
            f"<li style='margin:.5em 0'>{escape(ROLES[q.role])}: {_html(q.quote)} <span style='{_QUIET}'>{_html(place(q))}</span></li>"
            for q in self.quotes[self.quotes["role"] != "for"].itertuples(index=False)
        )
        stays = f"<p style='{_QUIET}'>{_html(self.stability)}</p>" if self.stability else ""
        lead = "" if found else f"<b>{escape(self.leading)}</b> leads: "
        return (
            f"<div class='themekit-portrait' style='max-width:44em;line-height:1.5'><div style='{_QUIET}'>{_html(self.author)}</div>"
            f"<div style='font-size:1.7em;font-weight:600;line-height:1.25'>{_html(self.leading if found else self.headline)}</div>"
            f"<p style='margin:.3em 0'>{lead}{escape(self.gloss)}</p><p style='margin:.3em 0'>{escape(self.where)}</p>"
            f"<p style='{_QUIET}'>{escape(self.how_sure)}</p>{stays}{quotes}"
            + (f"<details><summary>where it is not</summary><ul>{others}</ul></details>" if others else "")
            + (f"<p style='{_QUIET}'>Next: {escape(self.runners_up)}</p>" if len(self.themes) > 1 else "")
            + "</div>"
        )


_QUIET = "opacity:.72;font-size:90%;margin:.3em 0"
ROLES = {"against": "seen otherwise", "absent": "absent, at its nearest"}


def _topics(result: Result, author: str, concept: str) -> tuple[str, ...]:
    """Return labels of the topics in whose documents the theme shows, those with most of its passages first."""
    scores = result.document_scores
    shown = scores.loc[
        (scores["author"] == author) & (scores["concept"] == concept) & scores["shows"], "document_id"
    ]
    own = result.passages[(result.passages["author"] == author) & result.passages["document_id"].isin(shown)]
    counts = (
        own.merge(result.assignments, on="passage_id")["topic_id"].value_counts().rename("n").reset_index()
    )
    labelled = counts.merge(result.topics, on="topic_id").sort_values(
        ["n", "topic_id"], ascending=[False, True]
    )
    return tuple(labelled["label"])


def place(quote: Any) -> str:  # noqa: ANN401 - a row of the quotes frame
    """Say where a quote stands: title, date, file and characters."""
    date = "" if pd.isna(quote.date) else f", {quote.date}"
    return visible(f"{quote.title}{date} ({quote.source}, characters {quote.start} to {quote.end})")


def _html(text: object) -> str:
    """Return a text as text, whatever it says and whichever way it runs."""
    return f"<bdi>{escape(visible(text))}</bdi>"


def _wrap(text: str, indent: str) -> list[str]:
    return textwrap.wrap(
        text, _WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False
    )
