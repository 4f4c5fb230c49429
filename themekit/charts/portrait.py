"""The portrait: one author's finding on one page, to print and hang up."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import altair as alt
import numpy as np
import pandas as pd

from themekit.charts import dates, lettering, style
from themekit.wording import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from narwhals.typing import IntoDataFrame

    from themekit.charts.lettering import Texts

PAGES = {"a4": (595, 842), "letter": (612, 792)}
"""Width and height in points, of which a picture has 72 to the inch."""
LEVEL = 0.05
_PERSON = ("author", "verdict", "reason", "leading", "gloss", "effect", "low", "high", "p_value", "q_value",
           "document_share", "n_documents", "n_words", "n_passages", "n_authors", "encoder")  # fmt: skip
_THREAD = ("document_id", "date", "topic_id", "label", "shows", "n_passages")
_CERTAINTY = ("concept", "rank", "effect", "low", "high", "p_value", "chance", "n_others")
_SOMETIMES = ("stability",)
_QUOTES = ("title", "date", "label")
_EDGE, _GUTTER = 48, 24
_N_QUOTES, _N_CONCEPTS = 3, 5
_LABELS = 148  # what the names of topics take
_UNDATED = 46
_MAX_DOCUMENTS = 150  # more would run into one another
_FOOT = 178  # what certainty and numbers take, from the lower edge of the page
_TALLEST_ROW, _MAX_ROWS = 34.0, 14


def portrait(
    person: IntoDataFrame,
    thread: IntoDataFrame,
    certainty: IntoDataFrame,
    quotes: IntoDataFrame,
    *,
    page: Literal["a4", "letter"] = "a4",
    texts: Texts = "snippet",
) -> alt.LayerChart | alt.Chart:
    """Compose one author's finding on one page.

    Answers: what comes back in this author, where, how sure is it, and in
    which words?

    Parameters
    ----------
    person : table of one row
        ``author, verdict, reason, leading, gloss, effect, low, high, p_value,
        q_value, document_share, n_documents, n_words, n_passages, n_authors,
        encoder``; where there is one, ``stability``, a sentence on what stays
        when seed, encoder, passages or documents change.
    thread : table of shape (n_documents * n_topics_of_each, ...)
        ``document_id, date, topic_id, label, shows, n_passages``, as for
        :func:`themekit.charts.thread`.
    certainty : table of shape (n_candidates, ...)
        ``concept, rank, effect, low, high, p_value, chance, n_others``, as for
        :func:`themekit.charts.certainty`.
    quotes : table of shape (n_quotes, ...)
        ``title, date, label``, the best first; ``quote``, the text, is needed
        unless ``texts`` is ``none``.
    page : {"a4", "letter"}, default "a4"
        The paper: 210 by 297 mm, or 8.5 by 11 inches.
    texts : {"snippet", "none", "full"}, default "snippet"
        How much of each quote is shown, and travels in the chart.

    Returns
    -------
    altair.LayerChart
        A page of fixed size: the name, the meta-theme and its gloss; the
        thread, with filled dots where the theme shows; three quotes; the first
        five themes against what chance reaches; what it all rests on; and how
        stable it is, where that was looked at. An
        :class:`altair.Chart` with one sentence where there is nothing to draw.

    Raises
    ------
    ValueError
        If a column is missing or an option is not one of those above.

    See Also
    --------
    themekit.frames.portrait_frames : The four tables, by these names.
    themekit.charts.thread : The thread in full.

    Examples
    --------
    >>> person = pd.DataFrame({"author": ["Ann"], "verdict": ["found"], "reason": [None], "leading": ["repair"],
    ...     "gloss": ["Seeing what is broken as what can be mended."], "effect": [1.9], "low": [1.2], "high": [2.6],
    ...     "p_value": [0.001], "q_value": [0.01], "document_share": [1.0], "n_documents": [2], "n_words": [900],
    ...     "n_passages": [12], "n_authors": [20], "encoder": ["static"]})
    >>> thread = pd.DataFrame({"document_id": ["d1", "d2"], "date": ["2019", "2021"], "topic_id": ["t1", "t2"],
    ...     "label": ["bread", "boats"], "shows": True, "n_passages": [7, 5]})
    >>> certainty = pd.DataFrame({"concept": ["repair"], "rank": [1], "effect": [1.9], "low": [1.2], "high": [2.6],
    ...     "p_value": [0.001], "chance": [1.1], "n_others": [120]})
    >>> quotes = pd.DataFrame({"title": ["Bread"], "date": ["2019"], "label": ["bread"], "quote": ["We mended it."]})
    >>> portrait(person, thread, certainty, quotes).to_dict()["title"]["text"]
    'Ann comes back to repair in 2 of 2 documents, which touch 2 topics'

    Notes
    -----
    Everything has its place in points, so that the page prints as it shows.
    Topics are those in whose documents the theme shows, with most passages, as
    many as the page holds; the thread is counted over all.
    """
    if page not in PAGES:
        raise ValueError(f"portrait: seen page={page!r}; expected a4 or letter; do leave it out for a4.")
    lettering.check(texts, chart="portrait")
    wanted = _QUOTES if texts == "none" else (*_QUOTES, "quote")
    people = style.table(person, _PERSON, chart="portrait", optional=_SOMETIMES)
    beads = _beads(style.table(thread, _THREAD, chart="portrait"))
    themes = _themes(style.table(certainty, _CERTAINTY, chart="portrait"))
    words = style.table(quotes, wanted, chart="portrait").head(_N_QUOTES)
    if people.empty:
        return style.nothing("No portrait to draw", "The table of the person has no row.")
    one = _Person.of(people.iloc[0])
    sheet = _Sheet(*PAGES[page])
    finding = lettering.fit(_finding(one, beads), sheet.room, 10.5, bold=True)
    below = _head(sheet, one)
    foot = sheet.height - _FOOT - _stays(sheet, one)
    quotes_top = foot - _quotes(sheet, words, texts, measure_only=True)
    _thread(sheet, beads, one, below, quotes_top)
    _quotes(sheet, words, texts, top=quotes_top)
    _certainty(sheet, themes, foot)
    _numbers(sheet, one, themes, foot)
    chart: alt.LayerChart = style.layered(sheet.layers()).properties(
        width=sheet.width,
        height=sheet.height,
        autosize="none",
        padding=0,
        title=alt.TitleParams(
            text=finding, style="page-finding", anchor="start", frame="group", dx=_EDGE, offset=-below,
        ),
        description=_description(one, finding, beads, themes),
        usermeta={"texts": texts},
    )  # fmt: skip
    return chart


@dataclass(frozen=True)
class _Person:
    """What the page says of the author, fit to draw."""

    author: str
    verdict: str
    leading: str
    gloss: str
    reason: str
    numbers: dict[str, float]
    encoder: str
    stability: str

    @classmethod
    def of(cls, row: pd.Series[Any]) -> _Person:
        numbers = {
            column: float(pd.to_numeric(row[column], errors="coerce"))
            for column in ("effect", "low", "high", "p_value", "q_value", "document_share", "n_documents", "n_words",
                           "n_passages", "n_authors")
        }  # fmt: skip
        texts = {c: visible(row[c]) for c in ("verdict", "leading", "gloss", "reason", "encoder")}
        texts["stability"] = visible(row["stability"]) if "stability" in row.index else ""
        return cls(author=style.person(row["author"]), numbers=numbers, **texts)

    @property
    def is_found(self) -> bool:
        return self.verdict == "found"

    def count(self, what: str) -> int:
        number = self.numbers[what]
        return int(number) if np.isfinite(number) else 0


@dataclass
class _Sheet:
    """A page on which texts, lines and marks are put by their place, and drawn in as few layers as they have looks."""

    width: int
    height: int
    texts: dict[tuple[str, str, float], list[tuple[float, float, str]]] = field(default_factory=dict)
    lines: dict[tuple[str, float], list[tuple[float, float, float, float]]] = field(default_factory=dict)
    marks: dict[tuple[str, str, float], list[tuple[float, float]]] = field(default_factory=dict)

    @property
    def room(self) -> float:
        return self.width - 2 * _EDGE

    def write(self, line: str, x: float, y: float, look: str, size: float, align: str = "left") -> None:
        self.texts.setdefault((look, align, size), []).append((x, y, line))

    def rule(self, x: float, y: float, x2: float, y2: float, look: str, wide: float) -> None:
        self.lines.setdefault((look, wide), []).append((x, y, x2, y2))

    def mark(self, x: float, y: float, look: str, shape: str, size: float) -> None:
        self.marks.setdefault((look, shape, size), []).append((x, y))

    def layers(self) -> list[alt.Chart]:
        """Return the layers: lines below, then marks, then words."""
        x, y = alt.X("x:Q", scale=None, axis=None), alt.Y("y:Q", scale=None, axis=None)
        found: list[alt.Chart] = []
        for (look, wide), places in self.lines.items():
            rows = pd.DataFrame(places, columns=["x", "y", "x2", "y2"])
            mark: Any = {"style": look, "strokeWidth": wide, "aria": False}
            found.append(
                alt.Chart(style.inline(rows)).mark_rule(**mark).encode(x=x, y=y, x2="x2:Q", y2="y2:Q")
            )
        for (look, shape, size), at in self.marks.items():
            rows = pd.DataFrame(at, columns=["x", "y"])
            mark = {"shape": shape, "size": size, "aria": False, **_LOOKS[look]}
            found.append(alt.Chart(style.inline(rows)).mark_point(**mark).encode(x=x, y=y))
        for (look, align, size), put in self.texts.items():
            rows = pd.DataFrame(put, columns=["x", "y", "line"])
            mark = {"style": look, "align": align, "baseline": "alphabetic", "fontSize": size}
            found.append(alt.Chart(style.inline(rows)).mark_text(**mark).encode(x=x, y=y, text="line:N"))
        return found


_LOOKS: dict[str, dict[str, Any]] = {
    "shows": {"fill": style.ACCENT, "stroke": style.EDGE, "strokeWidth": 0.6, "opacity": 1},
    "hole": {"style": "hole"},
    "absent": {"fill": "transparent", "stroke": style.QUIET, "strokeWidth": 1, "opacity": 1},
    "passes": {"fill": style.ACCENT, "stroke": style.EDGE, "strokeWidth": 0.8, "opacity": 1},
    "fails": {"fill": "transparent", "stroke": style.QUIET, "strokeWidth": 1, "opacity": 1},
}


def _beads(frame: pd.DataFrame) -> pd.DataFrame:
    rows = frame.assign(
        **{c: frame[c].map(visible) for c in ("document_id", "topic_id", "label")},
        date=frame["date"].map(dates.text),
        shows=frame["shows"].fillna(value=False).astype(bool),
        n_passages=pd.to_numeric(frame["n_passages"], errors="coerce").fillna(0).astype(float),
    ).sort_values(["document_id", "topic_id"], ignore_index=True)
    return rows.assign(day=dates.days(rows["date"]))


def _themes(frame: pd.DataFrame) -> pd.DataFrame:
    numbers = ("rank", "effect", "low", "high", "p_value", "chance", "n_others")
    rows = frame.assign(
        concept=frame["concept"].map(visible),
        **{c: pd.to_numeric(frame[c], errors="coerce").astype(float) for c in numbers},
    )
    return rows.sort_values(["rank", "concept"], ignore_index=True)


def _head(sheet: _Sheet, one: _Person) -> float:
    """Write the name, the theme and its gloss; return where the finding stands below them."""
    sheet.rule(_EDGE, 50, _EDGE + 44, 50, "page-accent", 5)
    sheet.write(lettering.fit(one.author, sheet.room, 19, bold=True), _EDGE, 82, "page-name", 19)
    lead = {"found": "comes back to", "none": "has no meta-theme that is certain; what leads is"}.get(
        one.verdict, "is here with too little text for a verdict; what ranks first is"
    )
    sheet.write(lead, _EDGE, 101, "page-soft", 11.5)
    size = {"found": 66.0, "none": 50.0}.get(one.verdict, 34.0)
    while size > 22 and lettering.width(one.leading, size, bold=True) > sheet.room:  # noqa: PLR2004 - the smallest headline
        size -= 1
    base = 108 + size * 0.80
    look = "page-theme" if one.is_found else "page-theme-open"
    sheet.write(
        lettering.fit(one.leading, sheet.room, size, bold=True), _EDGE - size * 0.05, base, look, size
    )
    gloss = lettering.lines(one.gloss, sheet.room * 0.86, 12.5, n_lines=3)
    for i, line in enumerate(gloss):
        sheet.write(line, _EDGE, base + 30 + i * 17, "page-gloss", 12.5)
    return base + 30 + (len(gloss) - 1) * 17 + 30


def _heading(sheet: _Sheet, text: str, x: float, y: float) -> None:
    sheet.write(text, x, y, "page-heading", 9.5)


def _topics(beads: pd.DataFrame, n_rows: int) -> pd.DataFrame:
    """Return the topics to draw: where the theme shows, with most passages, by when it first shows."""
    topics = beads.groupby("topic_id").agg(
        label=("label", "first"), n=("n_passages", "sum"), shows=("shows", "max")
    )
    first = beads[beads["shows"]].groupby("topic_id")["day"].min()
    topics = topics.assign(first=first).reset_index()
    kept = topics.sort_values(["shows", "n", "topic_id"], ascending=[False, False, True]).head(n_rows)
    kept = kept.sort_values(["shows", "first", "topic_id"], ascending=[False, True, True], ignore_index=True)
    return kept.assign(topic=style.distinct(kept["label"]))


def _thread(sheet: _Sheet, beads: pd.DataFrame, one: _Person, top: float, bottom: float) -> None:
    top += 20
    if beads.empty:
        sheet.write("No documents could be scored.", _EDGE, top + 14, "page-soft", 10)
        return
    room = bottom - top - 62
    n_rows = int(np.clip(room // 14, 1, min(_MAX_ROWS, beads["topic_id"].nunique())))
    topics = _topics(beads, n_rows)
    step = min(_TALLEST_ROW, room / n_rows)
    row = {topic: top + step * (i + 0.5) for i, topic in enumerate(topics["topic_id"])}
    right = sheet.width - _EDGE
    for topic in topics.itertuples():
        y = row[topic.topic_id]
        sheet.write(
            lettering.fit(topic.topic, _LABELS - 14, 9), _EDGE + _LABELS - 14, y + 3, "page-label", 9, "right"
        )
        sheet.rule(_EDGE + _LABELS - 6, y, right, y, "page-grid", 0.7)
    base = top + step * n_rows
    places = _across(sheet, beads, base)
    every = -(-len(places) // _MAX_DOCUMENTS)
    kept = sorted(places, key=lambda document: places[document])[::every]
    drawn = beads[beads["topic_id"].isin(row) & beads["document_id"].isin(kept)]
    room_of_one = float(np.clip(40 / max(len(places), 1), 0.35, 1))
    for is_shown in (False, True):
        for document, own in drawn[drawn["shows"] == is_shown].groupby("document_id", sort=True):
            ys = own["topic_id"].map(row)
            x = places[str(document)]
            sheet.rule(
                x, float(ys.min()), x, float(ys.max()), "page-wire" if is_shown else "page-wire-off", 1
            )
            for y, n in zip(ys, own["n_passages"], strict=True):
                size = round((26 + 10 * min(float(n), 6)) * room_of_one, 1)
                sheet.mark(x, float(y), "hole", "circle", size)
                sheet.mark(x, float(y), "shows" if is_shown else "absent", "circle", size)
    n_topics = int(beads["topic_id"].nunique())
    _legend(sheet, base + 31, one, drawn, every=every, n_topics=n_topics)


def _across(sheet: _Sheet, beads: pd.DataFrame, base: float) -> dict[str, float]:
    """Return where each document stands from left to right, and write the years."""
    documents = beads.groupby("document_id", sort=True)["day"].first()
    dated, undated = documents.dropna(), documents[documents.isna()]
    left, right = _EDGE + _LABELS + 6.0, sheet.width - _EDGE - 8.0
    if len(undated) and len(dated):
        right -= _UNDATED + 14
    moved = dates.apart(dated)
    places: dict[str, float] = {}
    if len(dated):
        least, most = float(moved.min()), float(moved.max())
        span = (most - least) or 1.0
        places = {
            str(d): left + (day - least) / span * (right - left) if most > least else (left + right) / 2
            for d, day in moved.items()
        }
        first, last = dates.year_of(least), dates.year_of(most)
        every = max(1, -(-(last - first) // 6))
        for year in range(first, last + 1, every):
            day = dates.day(str(year)) or 0.0
            x = left + (day - least) / span * (right - left) if most > least else (left + right) / 2
            if most == least or left - 6 <= x <= right + 6:
                sheet.write(str(year), x, base + 12, "page-label", 9, "center")
        if every == 1 and first == last and most > least:
            sheet.write(str(first), left, base + 12, "page-label", 9, "left")
    if len(undated):
        start, room = (right + 22, _UNDATED) if len(dated) else (left + 10, right - left - 20)
        step = min(12.0, room / len(undated)) if len(dated) else room / max(len(undated), 1)
        places |= {str(d): start + i * step for i, d in enumerate(undated.index)}
        sheet.write("no date", start - 4, base + 12, "page-label", 9, "left")
    return places


def _legend(
    sheet: _Sheet, y: float, one: _Person, drawn: pd.DataFrame, *, every: int, n_topics: int
) -> None:  # fmt: skip
    """Say what the marks are that occur, and of how many topics and documents they are some."""
    x = _EDGE + _LABELS + 4.0
    what = lettering.fit(one.leading, 90, 9)
    for is_shown, look, words in (
        (True, "shows", f"{what} shows in the document"),
        (False, "absent", "it does not"),
    ):
        if not (drawn["shows"] == is_shown).any():
            continue
        if not is_shown and x == _EDGE + _LABELS + 4.0:
            words = f"{what} does not show"  # noqa: PLW2901 - there is nothing before it
        sheet.mark(x, y - 3, look, "circle", 44)
        sheet.write(words, x + 9, y, "page-soft", 9)
        x += 24 + lettering.width(words, 9)
    n_drawn = drawn["topic_id"].nunique()
    said = "one line is one document" if every == 1 else f"one line is one of {every} documents"
    sheet.write(said, x, y, "page-soft", 9)
    parts = [f"{n_drawn:,} of {n_topics:,} topics drawn"] if n_drawn < n_topics else []
    parts += (
        ["a larger dot is more passages"] if drawn["n_passages"].min() < drawn["n_passages"].max() else []
    )
    line = " · ".join(parts)
    sheet.write(line[:1].upper() + line[1:], _EDGE + _LABELS, y + 12, "page-soft", 9)


def _quotes(
    sheet: _Sheet, quotes: pd.DataFrame, texts: Texts, *, top: float = 0.0, measure_only: bool = False
) -> float:  # fmt: skip
    """Set the quotes in columns, or say how high they are."""
    if texts == "none" or quotes.empty:
        return 0.0
    n = len(quotes)
    wide = (sheet.room - (n - 1) * _GUTTER) / n
    most = {"snippet": 8, "full": 13}[texts]
    columns = [
        lettering.lines(f"“{lettering.excerpt(quote, texts)}”", wide, 10.5, n_lines=most)
        for quote in quotes["quote"]
    ]
    highest = max(len(lines) for lines in columns)
    if measure_only:
        return highest * 14.5 + 52
    for i, (lines, row) in enumerate(zip(columns, quotes.itertuples(), strict=True)):
        x = _EDGE + i * (wide + _GUTTER)
        sheet.rule(x, top + 4, x + wide, top + 4, "page-rule", 0.8)
        for n_line, line in enumerate(lines):
            sheet.write(line, x, top + 22 + n_line * 14.5, "page-quote", 10.5)
        date = dates.text(row.date)
        source = f"{visible(row.title)}{', ' + date[:4] if date else ''}"
        sheet.write(
            lettering.fit(source, wide, 9), x, top + 22 + (len(lines) - 1) * 14.5 + 16, "page-soft", 9
        )
    return highest * 14.5 + 52


def _certainty(sheet: _Sheet, themes: pd.DataFrame, top: float) -> None:
    """Draw the first themes against what chance reaches, in the left half."""
    half = (sheet.room - _GUTTER) / 2
    sheet.rule(_EDGE, top, _EDGE + half, top, "page-rule", 0.8)
    _heading(sheet, "How sure it is", _EDGE, top + 17)
    rows = themes[themes["effect"].notna()].head(_N_CONCEPTS)
    if rows.empty:
        sheet.write("Nobody else to compare with.", _EDGE, top + 38, "page-soft", 9)
        return
    left, right = _EDGE + 84.0, _EDGE + half - 6
    if (rows["p_value"] <= LEVEL).any():
        sheet.write("filled: passes the test", _EDGE + half, top + 17, "page-soft", 8, "right")
    edges = rows[["effect", "low", "high", "chance"]].to_numpy(dtype=float)
    least, most = min(0.0, float(np.nanmin(edges))), max(0.5, float(np.nanmax(edges)))

    def across(value: float) -> float:
        return left + (value - least) / (most - least) * (right - left)

    first, step = top + 44, 17
    last = first + step * len(rows) - 4
    chance = float(rows["chance"].iloc[0])
    if np.isfinite(chance):
        # A wide line is a band, and needs no mark of its own.
        middle = (first - 10 + last) / 2
        sheet.rule(left, middle, across(chance), middle, "page-band", last - first + 10)
        sheet.rule(across(chance), first - 10, across(chance), last, "page-wire-off", 1)
        sheet.write("within reach of chance", left, first - 14, "page-soft", 8)
    for value in (0.0, 1.0, 2.0, 3.0, 4.0):
        if least <= value <= most:
            sheet.write(f"{value:.0f}", across(value), last + 11, "page-soft", 8, "center")
    for i, row in enumerate(rows.itertuples()):
        y = first + i * step
        sheet.write(lettering.fit(row.concept, 76, 9), left - 8, y + 3, "page-label", 9, "right")
        if np.isfinite([row.low, row.high]).all():
            sheet.rule(across(row.low), y, across(row.high), y, "page-interval", 1.4)
        passes = row.p_value <= LEVEL
        sheet.mark(across(row.effect), y, "hole", "circle", 40)
        sheet.mark(
            across(row.effect), y, "passes" if passes else "fails", "diamond" if passes else "circle", 52
        )


def _numbers(sheet: _Sheet, one: _Person, themes: pd.DataFrame, top: float) -> None:
    """Write what it rests on, in the right half."""
    half = (sheet.room - _GUTTER) / 2
    x = _EDGE + half + _GUTTER
    sheet.rule(x, top, x + half, top, "page-rule", 0.8)
    _heading(sheet, "What it rests on", x, top + 17)
    shown = round(np.nan_to_num(one.numbers["document_share"]) * one.count("n_documents"))
    large = [(f"{shown:,} of {one.count('n_documents'):,}", "documents"), (f"{one.count('n_passages'):,}", "passages"),
             (f"{one.count('n_words'):,}", "words")]  # fmt: skip
    widest = max(lettering.width(number, 18, bold=True) for number, _ in large)
    size = round(18 * min(1.0, (half / 3 - 8) / widest), 1)
    for i, (number, what) in enumerate(large):
        at = x + i * half / 3 + (6 if i else 0)
        sheet.write(number, at, top + 44, "page-number", size)
        sheet.write(what, at, top + 56, "page-soft", 8.5)
    for i, line in enumerate(lettering.lines(_grounds(one, themes), half, 9, n_lines=7)):
        sheet.write(line, x, top + 76 + i * 12.5, "page-label", 9)


def _stays(sheet: _Sheet, one: _Person) -> float:
    """Write what stays when something is changed at the foot of the page; return how much room that takes."""
    lines = lettering.lines(one.stability, sheet.room, 9, n_lines=3) if one.stability else []
    if not lines:
        return 0
    room = 15 + 12.5 * len(lines)
    top = sheet.height - 13 - room
    sheet.rule(_EDGE, top, _EDGE + sheet.room, top, "page-rule", 0.8)
    for i, line in enumerate(lines):
        sheet.write(line, _EDGE, top + 15 + i * 12.5, "page-label", 9)
    return room


def _grounds(one: _Person, themes: pd.DataFrame) -> str:
    number = one.numbers
    others = float(themes["n_others"].iloc[0]) if len(themes) else float("nan")
    parts = []
    if one.verdict != "found" and one.reason:
        reason = one.reason.rstrip(".")
        parts.append(f"{reason[:1].upper()}{reason[1:]}.")
    if np.isfinite(number["effect"]):
        interval = (
            f", 95 % interval {number['low']:.2f} to {number['high']:.2f}"
            if np.isfinite(number["low"])
            else ""
        )
        parts.append(f"Effect {number['effect']:.2f} standard deviations of a comparable document{interval}.")
    if np.isfinite(number["p_value"]):
        over = (
            f", and q\u00a0=\u00a0{number['q_value']:.2g} for {style.count(one.count('n_authors'), 'author')}"
            if np.isfinite(number["q_value"])
            else ""
        )
        parts.append(f"p\u00a0=\u00a0{number['p_value']:.2g}, allowing for all concepts{over}.")
    if np.isfinite(others) and others > 0:
        parts.append(f"Compared with {int(others):,} documents of the same kind by others.")
    parts.append(f"Language model (encoder): {one.encoder}.")
    return " ".join(parts)


def _shown(beads: pd.DataFrame) -> tuple[int, int, int]:
    showing = beads[beads["shows"]]
    return showing["document_id"].nunique(), beads["document_id"].nunique(), showing["topic_id"].nunique()


def _finding(one: _Person, beads: pd.DataFrame) -> str:
    who, what = style.name(one.author), style.shorten(one.leading)
    k, n, n_topics = _shown(beads)
    if one.is_found:
        topics = f", which touch {style.count(n_topics, 'topic')}" if k > 1 else ""
        return f"{who} comes back to {what} in {k:,} of {style.count(n, 'document')}{topics}"
    if one.verdict == "none":
        return f"No meta-theme is found for {who}; what leads, {what}, shows in {k:,} of {style.count(n, 'document')}"
    return f"Too little to go on for a verdict on {who}"


def _description(one: _Person, finding: str, beads: pd.DataFrame, themes: pd.DataFrame) -> str:
    leading: Sequence[str] = themes["concept"].head(_N_CONCEPTS).map(style.shorten).tolist()
    years = dates.span(beads["day"])
    return style.describe(
        "Portrait of one author on a page: name, theme, thread, quotes, certainty and numbers",
        finding,
        f"{style.shorten(one.leading)}: {style.shorten(one.gloss, 160)}",
        f"Documents from {years}" if years else "",
        f"Themes by rank: {style.listing(leading)}" if leading else "",
        one.stability,
    )
