"""What there is to draw of a result: all its charts by name, of everybody together and of one author."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from themekit import charts, frames

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator

    import altair as alt

    from themekit.charts.lettering import Texts
    from themekit.result import Result

logger = logging.getLogger(__name__)

CHARTS: dict[str, Callable[[Result], alt.TopLevelMixin]] = {
    "fingerprint": lambda result: charts.fingerprint(result.themes, result.authors),
    "kinship": lambda result: charts.kinship(frames.kinship_frame(result)),
    "pair": lambda result: charts.pair(frames.pair_frame(result, *_most_alike(result))),
    "topic-overview": lambda result: charts.topic_overview(frames.topics_frame(result)),
    "topic-map": lambda result: charts.topic_map(result.map_frame()),
    "topics-over-time": lambda result: charts.topics_over_time(frames.topics_over_time_frame(result)),
    "topic-hierarchy": lambda result: charts.topic_hierarchy(frames.topic_hierarchy_frame(result)),
    "corpus-overview": lambda result: charts.corpus_overview(frames.documents_frame(result)),
}
OF_AUTHOR: dict[str, Callable[[Result, str, Texts], alt.TopLevelMixin]] = {
    "portrait": lambda result, author, texts: charts.portrait(
        **frames.portrait_frames(result, author), texts=texts
    ),
    "thread": lambda result, author, _: charts.thread(result.thread_frame(author)),
    "certainty": lambda result, author, _: charts.certainty(frames.certainty_frame(result, author)),
    "orbit": lambda result, author, _: charts.orbit(frames.orbit_frame(result, author)),
    "forms": lambda result, author, texts: charts.forms(frames.forms_frame(result, author), texts=texts),
    "reading-page": lambda result, author, texts: charts.reading_page(
        frames.reading_frame(result, _telling(result, author), author), texts=texts
    ),
}


def _most_alike(result: Result) -> tuple[str, str]:
    """Return the two authors most alike in their themes; two of whom there is enough, where there are two."""
    pairs = frames.kinship_frame(result).sort_values(
        ["is_enough", "similarity", "author", "other"], ascending=[False, False, True, True]
    )
    return str(pairs["author"].iloc[0]), str(pairs["other"].iloc[0])


def _telling(result: Result, author: str) -> str:
    """Return the document in which the author's leading theme is strongest."""
    rows = result.document_scores[result.document_scores["author"] == author]
    leading = result.themes[(result.themes["author"] == author) & (result.themes["rank"] == 1)][
        "concept"
    ].item()
    rows = rows[rows["concept"] == leading].sort_values(["score", "document_id"], ascending=[False, True])
    return str(rows["document_id"].iloc[0])


def drawings(
    result: Result,
    author: str | None = None,
    only: Container[str] | None = None,
    texts: Texts = "snippet",
) -> Iterator[tuple[str, alt.TopLevelMixin]]:
    """Draw what there is to draw of a result, or of one author in it.

    Parameters
    ----------
    result : Result
    author : str, optional
        Default: the charts of all authors together.
    only : container of str, optional
        Names of charts, such as ``fingerprint``. Default: all.
    texts : {"snippet", "none", "full"}, default "snippet"
        How much of a text the charts show that show one.

    Yields
    ------
    name : str
        Of the chart, such as ``topic-map``.
    chart : altair chart
        What cannot be drawn of this result is left out, with a note in the log.

    Examples
    --------
    >>> from themekit import Corpus, mine
    >>> result = mine(Corpus.from_texts(["We mended the gate again."], author="Ann"), encoder="static")
    >>> [name for name, _ in drawings(result, "Ann", only={"thread"})]
    ['thread']
    """
    alone = {"kinship", "pair"} if len(result.authors) < 2 else set[str]()  # noqa: PLR2004 - nobody to be like
    for name in CHARTS if author is None else OF_AUTHOR:
        if name in alone or (only is not None and name not in only):
            continue
        try:
            chart = CHARTS[name](result) if author is None else OF_AUTHOR[name](result, author, texts)
        except ValueError as error:
            logger.info("%s is not drawn: %s", name, error)
            continue
        yield name, chart
