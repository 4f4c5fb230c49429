"""The corpus overview: whose documents there are, from when, of which kind, and how long."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import altair as alt
import numpy as np
import pandas as pd

from themekit.charts import dates, style
from themekit.wording import visible

if TYPE_CHECKING:
    from narwhals.typing import IntoDataFrame

MAX_AUTHORS = 200
MAX_DOCUMENTS = 3000
"""Above, documents of one author, kind and year become one mark."""
MAX_MARKS = 6000
_COLUMNS = ("document_id", "author", "n_words", "kind", "date", "title")
_WIDTH = 620
_UNDATED_AT, _UNDATED = _WIDTH + 26, 56
"""Where documents without a date begin, and the room for them."""
_UNKNOWN = re.compile(r"unknown \(.*\)")
"""How the corpus names whose speech has no label."""
_N_KINDS = len(style.SHAPES)


def corpus_overview(frame: IntoDataFrame) -> alt.LayerChart | alt.Chart:
    """Draw all documents on a time line, by author, kind and length.

    Answers: whose writing is this, from when, and how much of it?

    Parameters
    ----------
    frame : table of shape (n_documents, ...)
        ``document_id, author, n_words, kind, date, title``; one row per
        author and document. ``date`` may be partial or null.

    Returns
    -------
    altair.LayerChart
        One row per author, who wrote first at the top; one mark per document
        at its date: shape and colour by kind, larger with more words. Documents
        without a date stand apart, at the right. A click sets the selection
        ``pick`` on ``document_id``. An :class:`altair.Chart` with one sentence
        where there is nothing to draw.

    Raises
    ------
    ValueError
        If a column is missing.

    See Also
    --------
    themekit.frames.documents_frame : The table.

    Examples
    --------
    >>> frame = pd.DataFrame({"document_id": ["d1", "d2"], "author": "Ann", "n_words": [900, 700], "kind": "essay",
    ...                       "date": ["2019-03", "2021"], "title": ["Bread", "Boats"]})
    >>> corpus_overview(frame).to_dict()["title"]["text"]
    '2 documents by Ann, 2019 to 2021'

    Notes
    -----
    1. Above 3,000 documents those of one author, kind and year (or several
       years) are one mark, and the subtitle says so; then nothing can be picked.
    2. Above 200 authors those with the most words are drawn. All are counted.
    3. Kinds beyond the sixth share the sixth shape.
    """
    rows = _read(style.table(frame, _COLUMNS, chart="corpus_overview"))
    if rows.empty:
        return style.nothing("No documents to show", "The table has no rows: nothing was read.")
    authors = _authors(rows)
    kinds = list(rows["kind"].value_counts().sort_index().sort_values(ascending=False, kind="stable").index)
    shown = rows[rows["author"].isin(authors)]
    drawn, n_years = _drawn(shown[shown["day"].notna()])
    step = float(np.clip(900 / len(authors), 9, 30))
    chart = _chart(drawn, shown, authors, kinds, step, n_years=n_years).properties(
        width=_WIDTH,
        height=step * len(authors),
        title=style.title(_finding(rows), _counts(rows, authors, kinds, n_years=n_years), width=_WIDTH + 240),
        description=_description(rows, kinds),
    )
    return chart  # noqa: RET504 - the type of properties is wider


def _read(frame: pd.DataFrame) -> pd.DataFrame:
    shown = frame.assign(
        **{column: frame[column].map(visible) for column in ("document_id", "title")},
        kind=frame["kind"].map(lambda kind: visible(kind) or "other"),
        author=frame["author"].map(style.person),
        date=frame["date"].map(dates.text),
        n_words=pd.to_numeric(frame["n_words"], errors="coerce").fillna(0).astype("int64"),
    )
    shown = shown.sort_values(["author", "document_id"], ignore_index=True)
    return shown.assign(day=dates.days(shown["date"]))


def _authors(rows: pd.DataFrame) -> list[str]:
    """Return the authors to draw: the longest, by when they first wrote."""
    by = rows.groupby("author").agg(n_words=("n_words", "sum"), first=("day", "min")).reset_index()
    longest = by.sort_values(["n_words", "author"], ascending=[False, True]).head(MAX_AUTHORS)
    return list(longest.sort_values(["first", "author"], na_position="last")["author"])


def _drawn(dated: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Return the marks, and of how many years each is: 0 for a document, more where there are very many."""
    if len(dated) <= MAX_DOCUMENTS:
        return dated.assign(n=1), 0
    years = dated["day"].map(dates.year_of)
    for n_years in (1, 2, 5, 10, 20, 50, 100):
        first = (years // n_years * n_years).rename("first")
        summed = dated.groupby(["author", "kind", first], as_index=False).agg(
            n_words=("n_words", "sum"), n=("document_id", "size")
        )
        if len(summed) <= MAX_MARKS:
            break
    middle = (summed["first"] + n_years // 2).astype(str) + ("-07" if n_years == 1 else "")
    last = (summed["first"] + n_years - 1).astype(str)
    told = summed["first"].astype(str) + ("" if n_years == 1 else " to " + last)
    return summed.assign(day=dates.days(middle).to_numpy(), date=told), n_years


def _chart(
    drawn: pd.DataFrame, shown: pd.DataFrame, authors: list[str], kinds: list[str], step: float, *, n_years: int
) -> alt.LayerChart:  # fmt: skip
    y = alt.Y(
        "author:N",
        scale=alt.Scale(domain=authors),
        axis=alt.Axis(title=None, labelFontSize=min(12, step + 1), labelOverlap=False, grid=True),
    )
    layers = []
    undated = shown[shown["day"].isna()]
    largest = max(int(pd.concat([drawn["n_words"], undated["n_words"]]).max()), 1)
    if not drawn.empty:
        layers.append(_marks(drawn, y, _channels(kinds, step, largest), n_years=n_years))
    if not undated.empty:
        layers += _undated(undated, y, _channels(kinds, step, largest))
    layers.append(_totals(shown, y, step))
    return style.layered(layers)


def _marks(drawn: pd.DataFrame, y: alt.Y, channels: tuple[alt.Fill, alt.Shape, alt.Size], *, n_years: int) -> alt.Chart:  # fmt: skip
    told = ["n", "n_words"] if n_years else ["document_id", "title", "n_words"]
    placed = drawn.assign(when=dates.milliseconds(drawn["day"]))
    fill, shape, size = channels
    tooltips = [alt.Tooltip("author:N"), alt.Tooltip("date:N"), alt.Tooltip("kind:N"),
                alt.Tooltip("n_words:Q", title="words", format=",")]  # fmt: skip
    tooltips.insert(
        0, alt.Tooltip("n:Q", title="documents") if n_years else alt.Tooltip("title:N", title="document")
    )
    chart: alt.Chart = (
        alt.Chart(style.inline(placed[["author", "when", "date", "kind", *told]]), name="documents")
        .mark_point(style="dot", strokeWidth=0.5, opacity=0.85)
        .encode(
            x=dates.axis(drawn["day"], grid=True),
            y=y,
            size=size,
            fill=fill,
            shape=shape,
            tooltip=tooltips,
            description="date:N" if n_years else "title:N",
        )
    )
    if n_years:
        return chart
    pick = alt.selection_point(name="pick", fields=["document_id"])
    return chart.encode(opacity=alt.when(pick).then(alt.value(0.9)).otherwise(alt.value(0.2))).add_params(
        pick
    )


def _undated(
    undated: pd.DataFrame, y: alt.Y, channels: tuple[alt.Fill, alt.Shape, alt.Size]
) -> list[alt.Chart]:
    """Return the documents without a date in a place of their own, side by side."""
    slot = undated.groupby("author").cumcount()
    apart = min(10.0, _UNDATED / max(int(slot.max()), 1))
    placed = undated.assign(place=_UNDATED_AT + (slot * apart).round(1))
    fill, shape, size = channels
    marks = (
        alt.Chart(style.inline(placed[["author", "kind", "title", "n_words", "place"]].head(MAX_DOCUMENTS)))
        .mark_point(style="dot", strokeWidth=0.5, opacity=0.85)
        .encode(
            x=alt.X("place:Q", scale=None, axis=None),
            y=y,
            size=size,
            fill=fill,
            shape=shape,
            tooltip=[alt.Tooltip("title:N", title="document"), alt.Tooltip("author:N"), alt.Tooltip("kind:N"),
                     alt.Tooltip("n_words:Q", title="words", format=",")],
            description="title:N",
        )
    )  # fmt: skip
    heading = alt.Chart(alt.InlineData(values=[{"heading": "no date"}]))
    name = heading.mark_text(style="aside", align="left", baseline="bottom")
    return [
        marks,
        name.encode(text="heading:N", x=alt.value(_UNDATED_AT - 6), y=alt.value(-4)),
    ]


def _channels(kinds: list[str], step: float, largest: int) -> tuple[alt.Fill, alt.Shape, alt.Size]:
    """Return what tells kind and length, the same for documents with a date and without."""
    shapes = [style.SHAPES[min(i, _N_KINDS - 1)] for i in range(len(kinds))]
    colours = [style.CATEGORIES[min(i, len(style.CATEGORIES) - 1)] for i in range(len(kinds))]
    legend = (
        alt.Legend(title="kind", symbolStrokeWidth=0.6, columns=4, labelLimit=140) if len(kinds) > 1 else None
    )
    return (
        alt.Fill("kind:N", scale=alt.Scale(domain=kinds, range=colours), legend=legend),
        alt.Shape("kind:N", scale=alt.Scale(domain=kinds, range=shapes), legend=legend),
        alt.Size(
            "n_words:Q",
            scale=alt.Scale(
                domain=[0, largest], range=[12, float(np.clip(step**2 * 0.6, 40, 260))], clamp=True
            ),
            legend=alt.Legend(
                title="words",
                values=_round(largest),
                format=",d",
                symbolType="circle",
                symbolFillColor=style.REST,
            ),
        ),
    )


def _round(largest: int) -> list[int]:
    """Return two round lengths for the key: at most the largest, and a quarter of it."""
    most = next(n * 10**power for power in range(9, -1, -1) for n in (5, 2, 1) if n * 10**power <= largest)
    return sorted({max(1, most // 4), most})


def _totals(shown: pd.DataFrame, y: alt.Y, step: float) -> alt.Chart:
    """Return how much there is of each author, at the right."""
    by = shown.groupby("author").agg(
        n=("document_id", "size"), n_words=("n_words", "sum"), n_undated=("day", lambda days: int(days.isna().sum()))
    )  # fmt: skip
    texts = [
        f"{style.count(row.n, 'document')}, {row.n_words:,} words"
        + (f", {row.n_undated:,} undated" if row.n_undated else "")
        for row in by.itertuples()
    ]
    totals: alt.Chart = (
        alt.Chart(style.inline(by.reset_index()[["author"]].assign(total=texts)))
        .mark_text(style="aside", align="left", baseline="middle", fontSize=min(11, step))
        .encode(
            x=alt.value(_UNDATED_AT + _UNDATED + 12 if by["n_undated"].any() else _WIDTH + 12),
            y=y,
            text="total:N",
        )
    )
    return totals


def _finding(rows: pd.DataFrame) -> str:
    n, n_authors = rows["document_id"].nunique(), rows["author"].nunique()
    n_unknown = sum(bool(_UNKNOWN.fullmatch(author)) for author in rows["author"].unique())
    who = style.count(n_authors - n_unknown, "author") + (f" and {n_unknown:,} unknown" if n_unknown else "")
    if n_authors == 1:
        who = style.name(rows["author"].iloc[0])
    elif n_unknown == n_authors:
        who = f"{n_unknown:,} unknown"
    years = dates.span(rows["day"])
    return f"{style.count(n, 'document')} by {who}, {years or 'without dates'}"


def _counts(rows: pd.DataFrame, authors: list[str], kinds: list[str], *, n_years: int) -> str:
    n_authors = rows["author"].nunique()
    documents = rows.drop_duplicates("document_id")
    by_kind = documents["kind"].value_counts()
    n_undated = int(documents["day"].isna().sum())
    parts = [
        f"{len(authors):,} of {style.count(n_authors, 'author')} drawn" if len(authors) < n_authors else "",
        f"{int(rows['n_words'].sum()):,} words",
        style.listing([_told(int(by_kind[kind]), kind) for kind in kinds if kind in by_kind], 4),
        f"{n_undated:,} without a date"
        + (f", {MAX_DOCUMENTS:,} of them drawn" if n_undated > MAX_DOCUMENTS else "")
        if n_undated
        else "",
        f"one mark is {style.count(n_years, 'year')} of one author, larger for more words"
        if n_years
        else "one mark is one document, larger for more words",
    ]
    return " · ".join(part for part in parts if part)


def _told(n: int, kind: str) -> str:
    """Return how many of a kind; one that is a word of ours has a plural."""
    return style.count(n, kind) if kind.isascii() and kind.isalpha() else f"{n:,} {style.name(kind)}"


def _description(rows: pd.DataFrame, kinds: list[str]) -> str:
    most = rows.groupby("author")["document_id"].nunique().sort_values(ascending=False, kind="stable")
    told = [f"{style.name(author)}, {n:,}" for author, n in most.items()]
    return style.describe(
        "Documents on a time line, one row per author",
        _finding(rows),
        f"Kinds: {style.listing([style.name(kind) for kind in kinds], 6)}",
        f"Documents by author: {'; '.join(told[:12])}"
        + (f"; and {len(told) - 12:,} more" if len(told) > 12 else ""),  # noqa: PLR2004
    )
