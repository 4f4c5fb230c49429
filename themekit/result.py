"""The result: what was found, as tables, with a portrait of each author.

Topics are described and the map is laid out when first asked for: that takes
BERTopic and UMAP, whose import alone takes seconds, and no rank, verdict or
quote needs them. Both are kept in the cache by content.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from themekit import cache
from themekit.grid import hashes, off_grid, on_grid
from themekit.readers.document import count

if TYPE_CHECKING:
    import os
    from pathlib import Path

    from numpy.typing import NDArray

    from themekit.agreement import Stability
    from themekit.charts.lettering import Texts
    from themekit.portrait import Portrait

TABLES = (
    "documents", "turns", "account", "concepts", "passages", "topics", "assignments", "layout",
    "authors", "themes", "document_scores", "evidence",
)  # fmt: skip


_THREAD_COLUMNS = (
    "document_id", "title", "date", "year", "topic_id", "label", "author", "concept", "score", "shows", "n_passages",
    "verdict",
)  # fmt: skip


class UnknownNameError(KeyError):
    """The result has nothing of that name."""

    def __str__(self) -> str:
        """Give the message as it is, without the quotes that a KeyError puts around it."""
        return str(self.args[0])


class UnknownAuthorError(UnknownNameError):
    """The result has no author of that name."""


class UnknownConceptError(UnknownNameError):
    """The concept was not among the candidates."""


class _OnGrid:
    """Vectors that are kept as 16-bit integers and given as numbers: half the memory, and nothing is lost."""

    def __get__(self, result: Result | None, owner: type[Result]) -> NDArray[np.float32]:
        if result is None:
            raise AttributeError("vectors")  # a field of a dataclass without a default
        return off_grid(result.on_grid)

    def __set__(self, result: Result, vectors: NDArray[Any]) -> None:
        result.__dict__["vectors"] = on_grid(vectors)


@dataclass(frozen=True, eq=False)
class Result:
    """What :func:`themekit.mine` found.

    Attributes
    ----------
    settings : dict
        Everything that the result depends on: version, encoder, seed, catalogue, background.
    documents, turns, account : pandas.DataFrame
        As in the corpus.
    concepts : pandas.DataFrame
        The candidates: ``concept, family, gloss, synonyms, n_exemplars``.
    passages : pandas.DataFrame
        ``passage_id, document_id, author, position, start, end, text, n_tokens``.
    assignments : pandas.DataFrame
        ``passage_id, topic_id, weight``.
    authors : pandas.DataFrame
        ``author, n_documents, n_words, verdict, reason, missing, meta_theme, q_value, topic_overlap``;
        ``missing`` as JSON.
    themes : pandas.DataFrame
        ``author, concept, rank, effect, low, high, p_value, document_share, n_topics, first_year, last_year``.
    document_scores : pandas.DataFrame
        ``document_id, author, concept, score, shows``.
    evidence : pandas.DataFrame
        ``author, concept, passage_id, role, score``.
    directions : numpy.ndarray of shape (n_concepts, n_dimensions)
        Unit vectors of the candidates, in the order of ``concepts``.
    passage_scores : numpy.ndarray of shape (n_passages, n_concepts)
        How much each passage shows each candidate, in standard deviations over all passages.
    vectors : numpy.ndarray of shape (n_passages, n_dimensions)
        Passage vectors, in the order of ``passages``; float32, made anew each time from ``on_grid``, the
        same as 16-bit integers (:mod:`themekit.grid`), which is what is kept.

    Examples
    --------
    >>> import themekit
    >>> result = themekit.mine(themekit.Corpus.from_texts(["We mended the gate again."], author="Ann"), encoder="static")
    >>> result
    <Result: 1 author, 0 with a meta-theme; 1 document, 1 passage, 150 concepts; encoder static>
    """

    settings: dict[str, Any]
    documents: pd.DataFrame
    turns: pd.DataFrame
    account: pd.DataFrame
    concepts: pd.DataFrame
    passages: pd.DataFrame
    assignments: pd.DataFrame
    authors: pd.DataFrame
    themes: pd.DataFrame
    document_scores: pd.DataFrame
    evidence: pd.DataFrame
    directions: NDArray[np.float64] = field(repr=False)
    passage_scores: NDArray[np.float32] = field(repr=False)
    vectors: _OnGrid = _OnGrid()

    @property
    def on_grid(self) -> NDArray[np.int16]:
        """The vectors as they are kept: integers on the grid of :mod:`themekit.grid`."""
        kept: NDArray[np.int16] = self.__dict__["vectors"]
        return kept

    @cached_property
    def topics(self) -> pd.DataFrame:
        """``topic_id, label, keywords, n_passages``, described through BERTopic when first asked for.

        Above 50,000 passages the words come from so many of them, of each topic alike; all are counted.
        """
        key = self._key("topics")
        if kept := cache.get([key]):
            return pd.DataFrame(
                json.loads(kept[key]), columns=["topic_id", "label", "keywords", "n_passages"]
            )
        from themekit.topics import DESCRIBED, describe  # noqa: PLC0415 - BERTopic's import takes seconds

        if len(self.passages) > DESCRIBED:
            texts = self.passages["text"].tolist()
            frame, _ = describe(texts, self.topic_numbers, self.on_grid, most=DESCRIBED)
        else:
            frame, _ = self._described
        cache.put({key: json.dumps(frame.values.tolist()).encode("utf-8")})
        return frame

    @property
    def bertopic(self) -> Any:  # noqa: ANN401 - BERTopic has no types
        """The BERTopic model that describes these topics, fitted on exactly these clusters, on all passages."""
        return self._described[1]

    @cached_property
    def _described(self) -> tuple[pd.DataFrame, Any]:
        from themekit.topics import describe  # noqa: PLC0415 - BERTopic's import takes seconds

        return describe(self.passages["text"].tolist(), self.topic_numbers, self.vectors)

    @cached_property
    def layout(self) -> pd.DataFrame:
        """``passage_id, x, y``, laid out by UMAP when first asked for; distances on it are not evidence.

        Above 50,000 passages so many are laid out, and the others have no place.
        """
        key = self._key(f"layout/{self.settings['seed']}", hashes(self.on_grid).tobytes())
        if kept := cache.get([key]):
            places = np.frombuffer(kept[key], dtype="<f8").reshape(-1, 2)
        else:
            from themekit.topics import map_layout  # noqa: PLC0415 - UMAP's import takes seconds

            places = np.round(map_layout(self.on_grid, seed=self.settings["seed"]), 4)
            cache.put({key: places.astype("<f8").tobytes()})
        return pd.DataFrame({"passage_id": self.passages["passage_id"], "x": places[:, 0], "y": places[:, 1]})

    @property
    def topic_numbers(self) -> NDArray[np.int64]:
        """The topic of each passage as a number from 0, in the order of ``passages``."""
        numbers: NDArray[np.int64] = self.assignments["topic_id"].str[1:].astype("int64").to_numpy() - 1
        return numbers

    def _key(self, what: str, more: bytes = b"") -> str:
        digest = hashlib.sha256(f"{what}\0{self.settings['version']}\0".encode())
        for text in self.passages["text"]:
            digest.update(f"{text}\0".encode("utf-8", "surrogatepass"))
        digest.update("\0".join(self.assignments["topic_id"]).encode())
        digest.update(more)
        return digest.hexdigest()

    def portrait(self, author: str, *, stability: Stability | None = None) -> Portrait:
        """Return what was found of one author, to show, print or read on.

        Parameters
        ----------
        author : str
        stability : Stability, optional
            From :func:`themekit.stability`; the portrait then says what stays with other seeds, encoders, passage lengths and
            without a document.

        Raises
        ------
        UnknownAuthorError
            If there is no such author; near names are given.
        KeyError
            If that author's stability was not looked at.
        """
        from themekit.portrait import Portrait  # noqa: PLC0415 - only where one is asked for

        return Portrait.of(self, self._known(author), stability)

    def _known(self, author: str) -> str:
        names: list[str] = self.authors["author"].tolist()
        if author in names:
            return author
        folded = {name.casefold(): name for name in names}
        if author.casefold() in folded:
            return folded[author.casefold()]
        import difflib  # noqa: PLC0415 - only for the message

        near = difflib.get_close_matches(author, names, n=3, cutoff=0.4) or names[:3]
        raise UnknownAuthorError(
            f"seen author {author!r}; expected one of {len(names)}, such as {', '.join(near)}; see result.authors"
        )

    def _candidate(self, concept: str) -> str:
        names: list[str] = self.concepts["concept"].tolist()
        if concept in names:
            return concept
        import difflib  # noqa: PLC0415 - only for the message

        near = difflib.get_close_matches(concept, names, n=3, cutoff=0.4) or names[:3]
        raise UnknownConceptError(
            f"seen concept {concept!r}; expected one of the {len(names)} candidates, such as {', '.join(near)}; "
            "see result.concepts"
        )

    def map_frame(self) -> pd.DataFrame:
        """Return places, topics and authors of all passages, as :func:`themekit.charts.topic_map` takes them."""
        frame = self.layout.merge(self.passages[["passage_id", "document_id", "author"]], on="passage_id")
        frame = frame.merge(self.assignments[["passage_id", "topic_id"]], on="passage_id")
        frame = frame.merge(self.topics[["topic_id", "label"]], on="topic_id", how="left")
        frame = frame.merge(self.documents[["document_id", "title", "date"]], on="document_id", how="left")
        return frame[["passage_id", "x", "y", "author", "topic_id", "label", "title", "date"]]

    def thread_frame(self, author: str, concept: str | None = None) -> pd.DataFrame:
        """Return one author's documents by topic, as :func:`themekit.charts.thread` takes them.

        Parameters
        ----------
        author : str
        concept : str, optional
            Default: the leading one.

        Returns
        -------
        pandas.DataFrame
            ``document_id, title, date, year, topic_id, label, author, concept, score, shows, n_passages, verdict``;
            the verdict is on the leading concept, and ``none`` for any other.
        """
        author = self._known(author)
        concept = (
            self._candidate(concept)
            if concept
            else str(
                self.themes.loc[
                    (self.themes["author"] == author) & (self.themes["rank"] == 1), "concept"
                ].iloc[0]
            )
        )
        own = self.passages.loc[self.passages["author"] == author, ["passage_id", "document_id"]]
        counts = (
            own.merge(self.assignments, on="passage_id")
            .groupby(["document_id", "topic_id"], as_index=False)
            .size()
        )
        scores = self.document_scores.query("author == @author and concept == @concept")
        frame = counts.rename(columns={"size": "n_passages"}).merge(scores, on="document_id")
        frame = frame.merge(self.topics[["topic_id", "label"]], on="topic_id", how="left")
        frame = frame.merge(self.documents[["document_id", "title", "date"]], on="document_id", how="left")
        frame["year"] = pd.to_numeric(frame["date"].astype("string").str[:4], errors="coerce")
        leading = self.themes[(self.themes["author"] == author) & (self.themes["rank"] == 1)]
        judged = self.authors.loc[self.authors["author"] == author, "verdict"].item()
        frame["verdict"] = judged if concept == leading["concept"].item() else "none"
        return frame[[*_THREAD_COLUMNS]]

    def quotes(self, author: str, concept: str | None = None, role: str | None = None) -> pd.DataFrame:
        """Return the evidence of one author with its text and place in the source.

        Parameters
        ----------
        author : str
        concept, role : str, optional
            Only this theme; only ``for``, ``against`` or ``absent``.

        Returns
        -------
        pandas.DataFrame
            ``author, concept, role, score, passage_id, document_id, source, start, end, quote, topic_id, date, title``.
        """
        frame = self.evidence[self.evidence["author"] == self._known(author)]
        frame = frame if concept is None else frame[frame["concept"] == self._candidate(concept)]
        frame = frame if role is None else frame[frame["role"] == role]
        return self.placed(frame)

    def placed(self, evidence: pd.DataFrame) -> pd.DataFrame:
        """Return rows of evidence with their text and place in the source; columns as in :meth:`quotes`."""
        passages = self.passages[["passage_id", "document_id", "start", "end", "text"]].rename(
            columns={"text": "quote"}
        )
        documents = self.documents[["document_id", "source", "date", "title"]]
        frame = evidence.merge(passages, on="passage_id", how="left").merge(
            documents, on="document_id", how="left"
        )
        frame = frame.merge(self.assignments[["passage_id", "topic_id"]], on="passage_id", how="left")
        return frame[
            ["author", "concept", "role", "score", "passage_id", "document_id", "source", "start", "end", "quote",
             "topic_id", "date", "title"]
        ]  # fmt: skip

    def to_json(self) -> str:
        """Return everything as JSON of the schema ``themekit/portraits/1``: same input, same text."""
        from themekit.store import portraits_json  # noqa: PLC0415 - only where it is asked for

        return portraits_json(self)

    def save(self, folder: str | os.PathLike[str]) -> Path:
        """Write all tables into a folder; :func:`themekit.load` gives the same result back."""
        from themekit.store import save  # noqa: PLC0415 - only where it is asked for

        return save(self, folder)

    def report(
        self, path: str | os.PathLike[str], *, texts: Texts = "full", stability: Stability | None = None
    ) -> Path:
        """Write everything that was found into one HTML file that opens anywhere; see :func:`themekit.report.report`.

        Parameters
        ----------
        path : str or path
            The file, such as ``report.html``.
        texts : {"full", "snippet", "none"}, default "full"
            How much of what the authors wrote goes into it.
        stability : Stability, optional
            From :func:`themekit.stability`; the report then says of each author what stays.
        """
        from themekit.report import report  # noqa: PLC0415 - altair is imported where something is drawn

        return report(self, path, texts=texts, stability=stability)

    def _headline(self) -> str:
        found = int((self.authors["verdict"] == "found").sum())
        return (
            f"{count(len(self.authors), 'author')}, {found:,} with a meta-theme; {count(len(self.documents), 'document')}, "
            f"{count(len(self.passages), 'passage')}, {count(len(self.concepts), 'concept')}; encoder {self.settings['encoder']}"
        )

    def __repr__(self) -> str:
        """Say in one line what is in it."""
        return f"<Result: {self._headline()}>"

    def summary(self) -> pd.DataFrame:
        """Return one line per author: ``author, verdict, leading, effect, q_value, document_share, n_documents``."""
        leading = self.themes[self.themes["rank"] == 1][["author", "concept", "effect", "document_share"]]
        frame = self.authors.merge(leading.rename(columns={"concept": "leading"}), on="author")
        return frame[["author", "verdict", "leading", "effect", "q_value", "document_share", "n_documents"]]

    def _repr_html_(self) -> str:
        from themekit.wording import visible  # noqa: PLC0415 - only where one is shown

        rows = "".join(
            f"<tr><td style='text-align:left'>{escape(visible(r.author))}</td><td style='text-align:left'>{escape(r.verdict)}</td>"
            f"<td style='text-align:left'>{f'<b>{escape(r.leading)}</b>' if r.verdict == 'found' else escape(r.leading)}</td>"
            f"<td>{_number(r.effect, '.2f')}</td><td>{_number(r.q_value, '.2g')}</td>"
            f"<td>{round(r.document_share * r.n_documents)} of {r.n_documents}</td></tr>"
            for r in self.summary().head(200).itertuples(index=False)
        )
        more = f"<p>{len(self.authors) - 200:,} more authors</p>" if len(self.authors) > 200 else ""  # noqa: PLR2004 - a page
        return (
            f"<div class='themekit-result'><strong>{escape(self._headline())}</strong><table><thead><tr>"
            "<th style='text-align:left'>author</th><th style='text-align:left'>verdict</th>"
            "<th style='text-align:left'>leading theme</th><th>effect</th><th>q</th><th>shows in</th></tr></thead>"
            f"<tbody>{rows}</tbody></table>{more}</div>"
        )


def _number(value: float, spec: str) -> str:
    return "" if pd.isna(value) else format(value, spec)
