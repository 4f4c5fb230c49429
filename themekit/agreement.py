"""Agreement: whether the answer stays with another seed, encoder, passage length, or without one document.

Each variation changes one thing of the result and leaves the rest. What is compared is what one would tell: the
verdict, and the leading concept. The estimator runs anew each time; vectors come from the cache wherever they can.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from themekit import background as backgrounds
from themekit import concepts as catalogues
from themekit import topics as clustering
from themekit.corpus import Corpus
from themekit.disfluencies import fluent
from themekit.encoders import embed, find_encoder
from themekit.mining import mine
from themekit.passages import N_SENTENCES, split_passages
from themekit.themes import ThemeEstimator
from themekit.wording import visible

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from themekit.background import Background
    from themekit.concepts import Concept
    from themekit.encoders import Encoder
    from themekit.result import Result

__all__ = ["RUN_COLUMNS", "Stability", "stability"]

RUN_COLUMNS = [
    "author", "varied", "value", "verdict", "leading", "effect", "q_value", "rank_of_usual", "same_verdict", "same_leading",
]  # fmt: skip
SUMMARY_COLUMNS = [
    "author", "verdict", "leading", "n_runs", "same_verdict", "same_leading", "most_often", "weakest",
]  # fmt: skip
_SAID = {
    "seed": "other seeds", "encoder": "other encoders", "length": "other passage lengths", "document": "without a document",
}  # fmt: skip
_ENCODERS = {"static": "static vectors", "minilm": "MiniLM"}


@dataclass(frozen=True, eq=False)
class Stability:
    """How far the answer depends on what one might have chosen otherwise.

    Attributes
    ----------
    runs : pandas.DataFrame
        ``author, varied, value, verdict, leading, effect, q_value, rank_of_usual, same_verdict, same_leading``; one row per author
        and variation. ``varied`` is ``seed``, ``encoder``, ``length`` or ``document``, ``value`` what was taken, ``rank_of_usual`` the
        rank that the concept which usually leads has there.
    summary : pandas.DataFrame
        ``author, verdict, leading, n_runs, same_verdict, same_leading, most_often, weakest``; verdict and leading concept as
        mined, the shares of runs that agree, what leads most often in the runs, and the variation that agrees least,
        null where all agree.
    """

    runs: pd.DataFrame
    summary: pd.DataFrame

    def __contains__(self, author: object) -> bool:
        """Say whether an author's stability was looked at."""
        return author in set(self.summary["author"])

    def line(self, author: str) -> str:
        """Say in a sentence how stable one author's answer is, for the portrait.

        In brackets stands, for each that was varied, in how many of its runs both are as mined: what leads, and the verdict. Another
        seed draws other shuffles and resamples: it can change the verdict, never what leads.

        Raises
        ------
        KeyError
            If that author's stability was not looked at.
        """
        if author not in self:
            raise KeyError(f"seen author {author!r}; expected one of those looked at; see summary")
        row = self.summary[self.summary["author"] == author].iloc[0]
        runs = self.runs[self.runs["author"] == author]
        parts = [_part(str(varied), some) for varied, some in runs.groupby("varied", sort=False)]
        n_same, n = _n_same(runs), len(runs)
        said = f"Stability: in {n_same} of {n} runs {row['leading']} leads and the verdict is the same ({', '.join(parts)})"
        if n_same == n:
            return f"{said}."
        often = f" ({row['most_often']} most often)" if row["most_often"] != row["leading"] else ""
        n_leading, n_verdict = int(runs["same_leading"].sum()), int(runs["same_verdict"].sum())
        return (
            f"{said}; {row['leading']} leads in {n_leading}{often}, the verdict is the same in {n_verdict}."
        )

    def __repr__(self) -> str:
        """Say in one line how much agrees."""
        return (
            f"<Stability: {len(self.summary)} authors, {len(self.runs):,} runs; verdict the same in {self.runs['same_verdict'].mean():.0%}, "
            f"leading concept in {self.runs['same_leading'].mean():.0%}>"
        )

    def _repr_html_(self) -> str:
        shown = self.summary.assign(
            same_verdict=self.summary["same_verdict"].map("{:.0%}".format),
            same_leading=self.summary["same_leading"].map("{:.0%}".format),
        )
        return str(shown.to_html(index=False, escape=True, na_rep=""))


def _n_same(runs: pd.DataFrame) -> int:
    return int((runs["same_leading"] & runs["same_verdict"]).sum())


def _part(varied: str, runs: pd.DataFrame) -> str:
    """Say in how many of the runs that vary one thing the answer is the same."""
    n, said = len(runs), _SAID[varied]
    if varied == "encoder" and n == 1:
        value = visible(runs["value"].iloc[0])
        said = _ENCODERS.get(value, value)
    if varied == "length" and runs["value"].tolist() == ["joined"]:
        said = "longer passages"
    same = _n_same(runs)
    return f"{said} {same} of {n}" if n > 1 else f"{said} {'yes' if same else 'no'}"


def stability(
    result: Result | Corpus,
    *,
    authors: Iterable[str] | None = None,
    seeds: Sequence[int] = (1, 2, 3),
    encoders: Iterable[str | Encoder] = ("static",),
    lengths: Sequence[int] | None = None,
    n_left_out: int = 12,
    concepts: Iterable[Concept] = (),
    background: str | os.PathLike[str] | Background | None = None,
    n_permutations: int | None = None,
) -> Stability:
    """Mine again with other seeds, encoders, passage lengths and without a document, and see what stays.

    Parameters
    ----------
    result : Result or Corpus
        What was mined; a corpus is mined first, with the first of the encoders.
    authors : iterable of str, optional
        Of whom to leave documents out, and to report. Default: all.
    seeds : sequence of int, default (1, 2, 3)
        Of permutations and bootstrap; topics take none.
    encoders : iterable of str or Encoder, default ("static",)
        Besides the result's own, which is left out of these. The default costs seconds.
    lengths : sequence of int, optional
        Sentences in a passage. Default: 1, 3 and 4 with static vectors; with any other encoder passages are joined two by
        two and their vectors added, which embeds nothing anew, and stands as ``joined``.
    n_left_out : int, default 12
        Runs without a document: each leaves out one of every author's, spread evenly over an author who has more.
    concepts : iterable of Concept, optional
        Concepts of your own that the result was mined with.
    background : str, path, Background or None
        As for :func:`themekit.mine`. Default: what the result was mined with.
    n_permutations : int, optional
        Default: as the result.

    Returns
    -------
    Stability
        ``runs``, ``summary``, and ``line(author)``; ``result.portrait(author, stability=...)`` prints that.

    Raises
    ------
    ValueError
        If the result was mined with concepts or a background of your own that are not given here.

    Examples
    --------
    >>> import themekit
    >>> result = themekit.mine(themekit.Corpus.from_texts(["We mended the gate again."] * 2, author="Ann"), encoder="static")
    >>> found = themekit.stability(result, seeds=(1, 2), lengths=(3,))
    >>> found.line("Ann")[:68]
    'Stability: in 5 of 5 runs rebellion leads and the verdict is the sam'
    >>> print(result.portrait("Ann", stability=found))  # doctest: +ELLIPSIS
    Ann: too little to tell
    ...

    Notes
    -----
    1. *Seed.* Shuffles and resamples are drawn anew.
    2. *Encoder, length.* Passages, vectors, topics and themes anew.
    3. *Document.* Scores, shuffles and resamples anew without one document of each author at once; the topics stay. A verdict
       may turn to ``insufficient`` for want of that document: that counts as another verdict.
    """
    wanted = list(encoders)
    if isinstance(result, Corpus):
        result = mine(
            result,
            encoder=wanted[0] if wanted else "minilm",
            background="auto" if background is None else background,
        )
    setting = _Setting.of(result, tuple(concepts), background, n_permutations)
    usual = _Run("as mined", "", result.authors, result.themes)
    names = [result._known(a) for a in authors] if authors is not None else result.authors["author"].tolist()  # noqa: SLF001 - near names are given there
    runs = [*_seeds(setting, seeds), *_encoders(setting, wanted), *_lengths(setting, lengths)]
    runs += _without(setting, names, n_left_out)
    return _collect(usual, runs, names)


@dataclass(frozen=True)
class _Run:
    varied: str
    value: str
    authors: pd.DataFrame
    themes: pd.DataFrame
    of: frozenset[str] | None = None


@dataclass(frozen=True)
class _Setting:
    """What a result was mined of and with, ready to be mined again."""

    result: Result
    corpus: Corpus
    encoder: Encoder
    candidates: list[Concept]
    background: str | os.PathLike[str] | Background | None
    n_permutations: int
    seed: int

    @classmethod
    def of(
        cls, result: Result, own: tuple[Concept, ...], background: Any, n_permutations: int | None  # noqa: ANN401
    ) -> _Setting:  # fmt: skip
        names = result.concepts["concept"].tolist()
        by_name = {c.name: c for c in (*catalogues.catalogue(), *own)}
        asked = result.settings["background"]["asked"] if background is None else background
        if unknown := [name for name in names if name not in by_name]:
            raise ValueError(
                f"seen concepts of your own ({', '.join(unknown[:3])}) in the result; expected them here, too; pass what "
                "themekit.concepts.choose(FILE) gives as concepts="
            )
        if background is None and asked not in {"auto", "none"}:
            raise ValueError(
                f"seen a result with a background of your own ({asked}); expected it here, too; pass it as background="
            )
        encoder = find_encoder(result.settings["encoder"])
        corpus = Corpus(result.documents, result.turns, result.account)
        shuffles = n_permutations or int(result.settings["n_permutations"])
        return cls(
            result,
            corpus,
            encoder,
            [by_name[n] for n in names],
            asked,
            shuffles,
            int(result.settings["seed"]),
        )

    def run(
        self, varied: str, value: str, encoder: Encoder, passages: pd.DataFrame, vectors: NDArray[np.floating[Any]],
        topics: NDArray[np.int64], *, seed: int | None = None, of: frozenset[str] | None = None,
    ) -> _Run:  # fmt: skip
        estimator = ThemeEstimator(
            n_permutations=self.n_permutations, seed=self.seed if seed is None else seed
        ).fit(
            passages, vectors, topics, catalogues.vectors(self.candidates, encoder), [c.name for c in self.candidates],
            self.corpus.contributions, backgrounds.choose(self.background, encoder),
        )  # fmt: skip
        return _Run(varied, value, estimator.authors_, estimator.themes_, of)


def _seeds(setting: _Setting, seeds: Sequence[int]) -> Iterator[_Run]:
    vectors, topics = setting.result.vectors, setting.result.topic_numbers
    for seed in seeds:
        if seed != setting.seed:
            yield setting.run(
                "seed", str(seed), setting.encoder, setting.result.passages, vectors, topics, seed=seed
            )


def _encoders(setting: _Setting, encoders: Iterable[str | Encoder]) -> Iterator[_Run]:
    for other in map(find_encoder, encoders):
        if other.key != setting.encoder.key:
            yield _anew(setting, "encoder", other.name, other)


def _lengths(setting: _Setting, lengths: Sequence[int] | None) -> Iterator[_Run]:
    if lengths is None and setting.encoder.name != "static":
        passages, vectors = _joined(setting.result.passages, setting.result.vectors)
        yield setting.run("length", "joined", setting.encoder, passages, vectors, clustering.cluster(vectors))
        return
    for n in (1, 3, 4) if lengths is None else lengths:
        yield _anew(setting, "length", str(n), setting.encoder, n_sentences=n)


def _anew(
    setting: _Setting, varied: str, value: str, encoder: Encoder, *, n_sentences: int = N_SENTENCES
) -> _Run:
    passages = split_passages(setting.corpus, encoder, n_sentences=n_sentences)
    vectors = embed(fluent(passages, setting.corpus.documents), encoder)
    return setting.run(varied, value, encoder, passages, vectors, clustering.cluster(vectors))


def _joined(passages: pd.DataFrame, vectors: NDArray[np.float32]) -> tuple[pd.DataFrame, NDArray[np.float32]]:
    """Join each contribution's passages two by two; the vector is their mean, as a unit vector."""
    place = passages.groupby(["document_id", "author"], sort=False).cumcount() // 2
    pair = (
        passages.assign(pair=place).groupby(["document_id", "author", "pair"], sort=False).ngroup().to_numpy()
    )
    sums = np.zeros((int(pair.max()) + 1, vectors.shape[1]))
    np.add.at(sums, pair, vectors)
    unit = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-12)
    first = ~pd.Series(pair).duplicated()
    return passages[first.to_numpy()].reset_index(drop=True), unit.astype(np.float32)


def _without(setting: _Setting, names: list[str], n_left_out: int) -> Iterator[_Run]:
    """Leave out one document of each author at a time; an author who has fewer than there are runs is in the first ones."""
    passages, vectors, topics = setting.result.passages, setting.result.vectors, setting.result.topic_numbers
    out: dict[str, list[str]] = {}
    for name in names:
        own = sorted(passages.loc[passages["author"] == name, "document_id"].unique())
        places = np.unique(np.linspace(0, len(own) - 1, min(len(own), n_left_out)).round().astype(int))
        out[name] = [own[i] for i in places] if len(own) > 1 else []
    for turn in range(max(map(len, out.values()), default=0)):
        gone = {(name, documents[turn]) for name, documents in out.items() if turn < len(documents)}
        pairs = zip(passages["author"], passages["document_id"], strict=True)
        keep = np.array([pair not in gone for pair in pairs])
        yield setting.run(
            "document", str(turn + 1), setting.encoder, passages[keep].reset_index(drop=True), vectors[keep],
            np.unique(topics[keep], return_inverse=True)[1], of=frozenset(name for name, _ in gone),
        )  # fmt: skip


def _told(run: _Run) -> pd.DataFrame:
    first = run.themes[run.themes["rank"] == 1][["author", "concept", "effect"]]
    return run.authors[["author", "verdict", "q_value"]].merge(
        first.rename(columns={"concept": "leading"}), on="author"
    )


def _collect(usual: _Run, runs: list[_Run], names: list[str]) -> Stability:
    base = _told(usual).set_index("author")
    frames = []
    for run in runs:
        told = _told(run)
        told = told[told["author"].isin(run.of if run.of is not None else names)]
        told = told[told["author"].isin(names)].assign(varied=run.varied, value=run.value)
        leading = told["author"].map(base["leading"])
        rank = run.themes.set_index(["author", "concept"])["rank"]
        told["rank_of_usual"] = rank.reindex(pd.MultiIndex.from_arrays([told["author"], leading])).to_numpy()
        told["same_verdict"] = (told["verdict"] == told["author"].map(base["verdict"])).to_numpy()
        told["same_leading"] = (told["leading"] == leading).to_numpy()
        frames.append(told)
    table = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=RUN_COLUMNS)
    table = table[RUN_COLUMNS].sort_values(["author"], kind="stable", ignore_index=True)
    rows = []
    for name, own in table.groupby("author"):
        agreed = own.groupby("varied", sort=False)["same_verdict"].mean()
        counts = own["leading"].value_counts().sort_index().sort_values(ascending=False, kind="stable")
        rows.append(
            (
                name, base.loc[name, "verdict"], base.loc[name, "leading"], len(own), own["same_verdict"].mean(),
                own["same_leading"].mean(), counts.index[0], agreed.idxmin() if agreed.min() < 1 else None,
            )
        )  # fmt: skip
    return Stability(table, pd.DataFrame(rows, columns=SUMMARY_COLUMNS))
