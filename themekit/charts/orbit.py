"""The orbit: how strong one theme is in each document, over the years."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt
import numpy as np
import pandas as pd

from themekit.charts import dates, lettering, style
from themekit.wording import visible

if TYPE_CHECKING:
    from narwhals.typing import IntoDataFrame

SHOWS, ABSENT = "a document in which the theme shows", "one in which it does not"
_COLUMNS = (
    "document_id",
    "title",
    "date",
    "author",
    "concept",
    "score",
    "shows",
    "level",
    "low",
    "high",
    "is_juncture",
)
_WIDTH, _HEIGHT = 640, 320
_N_LABELS = 3
MAX_DOCUMENTS = 1_000


def orbit(frame: IntoDataFrame) -> alt.LayerChart | alt.Chart:
    """Draw how strong one author's theme is by document, over the years.

    Answers: is the theme there from first to last, does it grow, does it turn?

    Parameters
    ----------
    frame : table of shape (n_documents, ...)
        ``document_id, title, date, author, concept, score, shows, level, low,
        high, is_juncture`` for one author and one concept; ``score`` in
        standard deviations of a comparable document, ``level`` its local mean
        with a 95 % interval, ``is_juncture`` where a new level begins. Rows
        without a date are counted, not drawn. ``verdict`` may be given: where
        it is not ``found`` the title claims less.

    Returns
    -------
    altair.LayerChart
        A point per document, filled where the theme shows, hollow where not;
        the level as a line in its band; an upright line at each juncture. A
        click sets the selection ``pick`` on ``document_id``. An
        :class:`altair.Chart` with one sentence where there is nothing to draw.

    Raises
    ------
    ValueError
        If a column is missing, or the table holds several authors or concepts.

    See Also
    --------
    themekit.frames.orbit_frame : The table, and how level and junctures come about.
    themekit.charts.thread : Where the theme shows, by topic.

    Examples
    --------
    >>> frame = pd.DataFrame({"document_id": ["d1", "d2"], "title": ["Bread", "Boats"], "date": ["2019", "2021"],
    ...                       "author": "Ann", "concept": "repair", "score": [1.2, 0.9], "shows": True,
    ...                       "level": [1.1, 1.0], "low": [0.8, 0.8], "high": [1.3, 1.3], "is_juncture": False})
    >>> orbit(frame).to_dict()["title"]["text"]
    'Repair shows in 2 of 2 documents by Ann, 2019 to 2021'

    Notes
    -----
    The strongest three documents are named. Above 1,000 dated documents every
    k-th is drawn, and every juncture; the subtitle says so. All are counted.
    """
    rows = _read(style.table(frame, _COLUMNS, chart="orbit", optional=("verdict",)))
    dated = rows[rows["day"].notna() & rows["score"].notna()].sort_values(
        ["day", "document_id"], ignore_index=True
    )
    if dated.empty:
        return style.nothing("No orbit to draw", "The table has no rows with a date and a score.")
    style.check_one(rows, "author", chart="orbit")
    style.check_one(rows, "concept", chart="orbit")
    drawn = _thinned(dated)
    chart = _chart(drawn).properties(
        width=_WIDTH,
        height=_HEIGHT,
        title=style.title(_finding(dated), _counts(rows, dated, drawn), width=_WIDTH + 60),
        description=_description(dated),
    )
    return chart  # noqa: RET504 - the type of properties is wider


def _read(frame: pd.DataFrame) -> pd.DataFrame:
    rows = frame.assign(
        **{column: frame[column].map(visible) for column in ("document_id", "title", "concept")},
        author=frame["author"].map(style.person),
        date=frame["date"].map(dates.text),
        shows=frame["shows"].fillna(value=False).astype(bool),
        is_juncture=frame["is_juncture"].fillna(value=False).astype(bool),
        **{
            c: pd.to_numeric(frame[c], errors="coerce").astype(float)
            for c in ("score", "level", "low", "high")
        },
    )
    rows = rows.sort_values("document_id", ignore_index=True)
    return rows.assign(day=dates.days(rows["date"]))


def _thinned(dated: pd.DataFrame) -> pd.DataFrame:
    every = -(-len(dated) // MAX_DOCUMENTS)
    return dated[(dated.index % every == 0) | dated["is_juncture"]]


def _chart(dated: pd.DataFrame) -> alt.LayerChart:
    moved = dates.apart(dated["day"])
    placed = dated.assign(when=dates.milliseconds(moved), at=moved)
    edges = placed[["score", "low", "high"]].to_numpy(dtype=float)
    least, most = min(0.0, float(np.nanmin(edges))), max(0.0, float(np.nanmax(edges)))
    margin = (most - least) * 0.08 or 0.5
    domain = [round(least - margin, 3), round(most + margin, 3)]
    x = dates.axis(moved)
    axis = alt.Axis(title="strength, in standard deviations of a comparable document", grid=True, tickCount=5)
    scale = alt.Scale(domain=domain, nice=False, zero=False)
    y = alt.Y("score:Q", axis=axis, scale=scale)
    layers = [_zero(y)]
    level = placed[placed["level"].notna()]
    if len(level) > 1:
        layers += _level(level, x, axis, scale)
    junctures = placed[placed["is_juncture"]]
    if not junctures.empty:
        layers += _turns(junctures, x)
    layers += [*_points(placed, x, y), *_names(placed, x, y, domain)]
    return style.layered(layers)


def _zero(y: alt.Y) -> alt.Chart:
    zero: alt.Chart = (
        alt.Chart(style.inline(pd.DataFrame({"score": [0.0]})))
        .mark_rule(style="branch", aria=False)
        .encode(y=y)
    )
    return zero


def _level(level: pd.DataFrame, x: alt.X, axis: alt.Axis, scale: alt.Scale) -> list[alt.Chart]:
    known = level[level["low"].notna() & level["high"].notna()]
    band = (
        alt.Chart(style.inline(known[["when", "low", "high"]]))
        .mark_area(color=style.ACCENT, opacity=0.16, aria=False, interpolate="monotone")
        .encode(x=x, y=alt.Y("low:Q", axis=axis, scale=scale), y2="high:Q")
    )
    line = (
        alt.Chart(style.inline(level[["when", "level"]]))
        .mark_line(color=style.ACCENT, strokeWidth=2.5, interpolate="monotone", aria=False)
        .encode(x=x, y=alt.Y("level:Q", axis=axis, scale=scale))
    )
    return [band, line]


def _turns(junctures: pd.DataFrame, x: alt.X) -> list[alt.Chart]:
    rows = junctures.assign(name="turns: " + junctures["date"].str[:4])[["when", "name"]]
    base = alt.Chart(style.inline(rows))
    return [
        alt.Chart(style.inline(rows[["when"]])).mark_rule(style="branch", strokeDash=[4, 3], aria=False).encode(x=x),
        base.mark_text(style="aside", align="left", baseline="top", dx=5).encode(x=x, y=alt.value(0), text="name:N"),
    ]  # fmt: skip


def _points(placed: pd.DataFrame, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    shown = placed.assign(mark=np.where(placed["shows"], SHOWS, ABSENT)).sort_values("shows", kind="stable")
    domain = [mark for mark in (SHOWS, ABSENT) if (shown["mark"] == mark).any()]
    looks = {SHOWS: ("circle", style.ACCENT, style.EDGE), ABSENT: ("square", "transparent", style.QUIET)}
    shape, fill, stroke = ([looks[mark][i] for mark in domain] for i in range(3))
    legend = alt.Legend(title=None, symbolStrokeWidth=1.2)
    pick = alt.selection_point(name="pick", fields=["document_id"])
    told = ["document_id", "title", "date", "score", "mark", "when"]
    size = float(np.clip(3600 / len(shown), 24, 110))
    points = (
        alt.Chart(style.inline(shown[told]), name="documents")
        .mark_point(size=size, strokeWidth=1.2)
        .encode(
            x=x,
            y=y,
            shape=alt.Shape("mark:N", scale=alt.Scale(domain=domain, range=shape), legend=legend),
            fill=alt.Fill("mark:N", scale=alt.Scale(domain=domain, range=fill), legend=legend),
            stroke=alt.Stroke("mark:N", scale=alt.Scale(domain=domain, range=stroke), legend=legend),
            opacity=alt.when(pick).then(alt.value(1)).otherwise(alt.value(0.25)),
            tooltip=[
                alt.Tooltip("title:N", title="document"), alt.Tooltip("date:N"), alt.Tooltip("score:Q", format="+.2f"),
            ],
            description="title:N",
        )
        .add_params(pick)
    )  # fmt: skip
    hole = alt.Chart(style.inline(shown[["when", "score"]]))
    return [hole.mark_point(style="hole", size=size, aria=False).encode(x=x, y=y), points]


def _names(placed: pd.DataFrame, x: alt.X, y: alt.Y, domain: list[float]) -> list[alt.Chart]:
    """Name the strongest documents, each above its point and inside the chart."""
    top = (
        placed[placed["shows"]].sort_values(["score", "document_id"], ascending=[False, True]).head(_N_LABELS)
    )
    span = max(float(placed["at"].max() - placed["at"].min()), 1.0)
    first = float(placed["at"].min())
    layers = []
    taken: list[tuple[float, float, float]] = []
    for row in top.itertuples():
        text = style.shorten(row.title, 34)
        left = (row.at - first) / span * _WIDTH * 0.94 + _WIDTH * 0.03
        level = (domain[1] - row.score) / (domain[1] - domain[0]) * _HEIGHT
        half = lettering.width(text, 11) / 2
        side = "left" if left < half else "right" if left > _WIDTH - half else "center"
        middle = left + {"left": half, "right": -half, "center": 0}[side]
        if not text or any(abs(middle - m) < half + h + 6 and abs(level - v) < 16 for m, v, h in taken):  # noqa: PLR2004 - a line
            continue
        taken.append((middle, level, half))
        base = alt.Chart(
            style.inline(pd.DataFrame({"when": [row.when], "score": [row.score], "title": [text]}))
        )
        marks: Any = {"align": side, "baseline": "bottom", "dy": -9}
        layers += [
            base.mark_text(style="aside-halo", aria=False, **marks).encode(x=x, y=y, text="title:N"),
            base.mark_text(style="aside", **marks).encode(x=x, y=y, text="title:N"),
        ]
    return layers


def _is_found(dated: pd.DataFrame) -> bool:
    return "verdict" not in dated or dated["verdict"].iloc[0] == "found"


def _finding(dated: pd.DataFrame) -> str:
    who, concept = style.name(dated["author"].iloc[0]), style.shorten(dated["concept"].iloc[0])
    what = concept[:1].upper() + concept[1:]
    years = dates.span(dated["day"])
    k, n = int(dated["shows"].sum()), len(dated)
    turns = dated[dated["is_juncture"]]
    if k == 0:
        return f"{what} shows in no dated document by {who}"
    if n == 1:
        return f"{what} shows in the one dated document by {who}"
    if len(turns) == 1:
        at = int(turns.index[0])
        before, after = dated["score"][:at].mean(), dated["score"][at:].mean()
        verb = "grows stronger" if after > before else "grows weaker"
        return f"{what} {verb} with {who} in {turns['date'].iloc[0][:4]}, from {before:+.1f} to {after:+.1f}"
    if len(turns) > 1:
        return f"{what} turns with {who} in {style.listing([date[:4] for date in turns['date']], 4)}"
    shows = f"{k:,} of {style.count(n, 'document')}"
    if _is_found(dated):
        return f"{what} shows in {shows} by {who}, {years}"
    return f"{what} leads for {who}, not certain: it shows in {shows}, {years}"


def _counts(rows: pd.DataFrame, dated: pd.DataFrame, drawn: pd.DataFrame) -> str:
    n_undated = len(rows) - len(dated)
    n = len(dated)
    parts = [
        f"{len(drawn):,} of {style.count(n, 'dated document')} drawn" if len(drawn) < n else "",
        "not a certain theme" if dated["is_juncture"].any() and not _is_found(dated) else "",
        f"{n_undated:,} without a date left out" if n_undated else "",
        "no turn beyond chance" if n > 5 and not dated["is_juncture"].any() else "",  # noqa: PLR2004 - fewer cannot turn
        "0 is other people’s documents",
        "the line is the level, its band the 95 % interval of the level, not of documents"
        if dated["low"].notna().sum() > 1
        else "",
        f"the strongest {_N_LABELS} are named" if n > _N_LABELS and dated["shows"].any() else "",
    ]
    return " · ".join(part for part in parts if part)


def _description(dated: pd.DataFrame) -> str:
    top = dated.sort_values(["score", "document_id"], ascending=[False, True]).head(3)
    told = [f"{style.shorten(row.title)} ({row.date}), {row.score:+.2f}" for row in top.itertuples()]
    return style.describe(
        f"Strength of one theme by document, {dates.span(dated['day'])}",
        _finding(dated),
        f"Strongest: {'; '.join(told)}",
    )
