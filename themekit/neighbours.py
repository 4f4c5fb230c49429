"""Neighbours: which concepts lie near a word, near each other, and near one of your own.

A concept of one's own is worth as much as it is told apart. If its direction lies along that of *care*, then whoever
shows care shows it, too, and the ranks of the two say nothing about which it is. :func:`check` tells that before
anything is mined: by the angle to the catalogue's directions, and by holding out each exemplar in turn, which the rest should
still recognise among all the catalogue's concepts.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from themekit import concepts as catalogues
from themekit.concepts import DOMAINS, Concept, ConceptError
from themekit.encoders import embed, find_encoder

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from themekit.encoders import Encoder

__all__ = ["check", "compare", "search"]

CHECK_COLUMNS = [
    "concept", "n_exemplars", "nearest", "similarity", "is_apart", "n_first", "median_rank", "taken_for", "n_taken", "advice",
]  # fmt: skip
TOO_NEAR = 0.6
"""Cosine above which two directions mean the same. Catalogue neighbours are mostly below 0.45 (static vectors); a concept made of
part of another's exemplars lies above 0.8."""
MIN_EXEMPLARS = 6
"""Fewer say little about whether a concept is told apart."""


def search(text: str, *, n: int = 10, encoder: str | Encoder = "static") -> pd.DataFrame:
    """Find concepts of the catalogue by a word, or by what a sentence says.

    Parameters
    ----------
    text : str
        A word, a phrase, or a sentence that describes a way of seeing.
    n : int, default 10
        So many concepts at most, the nearest first.
    encoder : str or Encoder, default "static"
        What compares meanings. The default is quick, and a list to choose from need not be fine.

    Returns
    -------
    pandas.DataFrame
        ``concept, family, gloss, synonyms, similarity, has_word``; one row per concept. ``similarity`` is the cosine (from -1 to 1)
        of the concept's direction with that of the text, taken as a gloss; ``has_word`` says whether the text stands in the
        concept's name or synonyms as a word. Those that have it come first.

    Raises
    ------
    ConceptError
        If there is no text.

    See Also
    --------
    compare : Two of them side by side.

    Examples
    --------
    >>> search("mending", n=3)["concept"].iloc[0]
    'repair'
    """
    wanted = " ".join(text.split())
    if not wanted:
        raise ConceptError(
            "seen no text; expected a word or a sentence; write for instance  search('mending')"
        )
    whole = catalogues.catalogue()
    found = find_encoder(encoder)
    frame = catalogues.table(whole)[["concept", "family", "gloss", "synonyms"]]
    asked = catalogues.vectors([Concept(name=wanted, gloss=wanted)], found)[0]
    word = re.compile(rf"\b{re.escape(wanted.casefold())}\b")
    frame["similarity"] = catalogues.vectors(whole, found) @ asked
    frame["has_word"] = [bool(word.search(", ".join((c.name, *c.synonyms)).casefold())) for c in whole]
    ordered = frame.sort_values(["has_word", "similarity"], ascending=False, kind="stable")
    return ordered.head(n).reset_index(drop=True)


def compare(
    concept: str | Concept, other: str | Concept, *, encoder: str | Encoder = "minilm"
) -> pd.DataFrame:
    """Lay two concepts side by side: glosses, and what shows them in each domain, with how well it tells them apart.

    Parameters
    ----------
    concept, other : str or Concept
        Names in the catalogue, or concepts of your own.
    encoder : str or Encoder, default "minilm"
        What compares meanings.

    Returns
    -------
    pandas.DataFrame
        ``what``, a column for each of the two with its words, and two more that end in `` leans``: by how much the
        sentence's cosine with its own concept's direction is above that with the other's, its own direction taken without it.
        Below 0 it is nearer to the other concept. ``frame.attrs["similarity"]`` is the cosine of the two directions.

    Raises
    ------
    ConceptError
        If a name is unknown, or it is twice the same concept.

    Examples
    --------
    >>> frame = compare("chance", "risk", encoder="static")
    >>> frame["what"].tolist()[:3], len(frame)
    (['gloss', 'cooking', 'gardening'], 13)
    """
    pair = [catalogues.choose([c])[0] for c in (concept, other)]
    if pair[0].name == pair[1].name:
        raise ConceptError(
            f"seen {pair[0].name!r} twice; expected two concepts; see themekit.concepts.table()"
        )
    found = find_encoder(encoder)
    directions = catalogues.vectors(pair, found)
    domains = dict.fromkeys((*DOMAINS, *pair[0].exemplars, *pair[1].exemplars))
    shown = [d for d in domains if any(d in c.exemplars for c in pair)]
    rows: dict[str, Any] = {"what": ["gloss", *shown]}
    for one in pair:
        rows[one.name] = [one.gloss, *(one.exemplars.get(d) for d in shown)]
    for i, one in enumerate(pair):
        held = dict(zip(one.exemplars, _held_out(one, found, directions[[1 - i]]), strict=True))
        leans = {d: float(own - rivals[0]) for d, (own, rivals) in held.items()}
        rows[f"{one.name} leans"] = [np.nan, *(leans.get(d, np.nan) for d in shown)]
    frame = pd.DataFrame(rows)
    frame.attrs["similarity"] = float(directions[0] @ directions[1])
    return frame


def check(
    concepts: str | Path | Iterable[str | Concept] | Mapping[str, Any] | None = None,
    *,
    encoder: str | Encoder = "minilm",
) -> pd.DataFrame:
    """Tell how well concepts are told apart from those of the catalogue and from each other.

    Parameters
    ----------
    concepts : str, path, iterable, mapping or None
        As for :func:`themekit.concepts.choose`; a file of your own, say. Default: the catalogue itself.
    encoder : str or Encoder, default "minilm"
        The one to mine with.

    Returns
    -------
    pandas.DataFrame
        ``concept, n_exemplars, nearest, similarity, is_apart, n_first, median_rank, taken_for, n_taken, advice``; one row per concept.
        ``nearest`` is the concept whose direction is nearest, ``similarity`` their cosine (from -1 to 1). Each exemplar is held out in
        turn and ranks the concepts: ``n_first`` of them put their own first, which had the rank ``median_rank`` in the middle
        (1 is first; null with fewer than two exemplars). ``taken_for`` is the concept that most of them are nearer to than to
        their own, ``n_taken`` how many are. ``is_apart`` says whether it will do, ``advice`` what to do, in words.

    Raises
    ------
    ConceptError
        If a name is unknown, or a file does not hold concepts.

    See Also
    --------
    compare : Which exemplars of two concepts lean to the wrong side.

    Notes
    -----
    1. *Angle.* Two directions whose cosine is above 0.6 mean the same.
    2. *Holding out.* The direction is made of the other exemplars alone, as :func:`themekit.concepts.vectors` makes it, and the
       sentence is held against it and against the whole directions of all other concepts. That is stern, as
       these have all their exemplars, scenes and names. So it is one other concept that must not take more than half of them.

    Examples
    --------
    >>> frame = check({"salt": "Things keep because of what stings in them."}, encoder="static")
    >>> frame[["concept", "n_exemplars", "is_apart"]].values.tolist()
    [['salt', 0, True]]
    """
    chosen = catalogues.choose(concepts)
    found = find_encoder(encoder)
    names = {c.name for c in chosen}
    rivals = [*chosen, *(c for c in catalogues.catalogue() if c.name not in names)]
    directions = catalogues.vectors(rivals, found)
    cosines = directions[: len(chosen)] @ directions.T
    np.fill_diagonal(cosines, -np.inf)
    rows = []
    for i, one in enumerate(chosen):
        nearest = int(np.argmax(cosines[i]))
        others = [j for j in range(len(rivals)) if j != i]
        held = _held_out(one, found, directions[others])
        nearer = np.array([against > own for own, against in held], dtype=bool).reshape(
            len(held), len(others)
        )
        rows.append(
            _row(
                one,
                rivals[nearest].name,
                float(cosines[i, nearest]),
                nearer,
                [rivals[j].name for j in others],
            )
        )
    return pd.DataFrame(rows, columns=CHECK_COLUMNS)


def _held_out(
    concept: Concept, encoder: Encoder, rivals: NDArray[np.float64]
) -> list[tuple[float, NDArray[np.float64]]]:
    """Return for each exemplar its cosine with the direction of the others, and with the rivals'."""
    if len(concept.exemplars) < 2:  # noqa: PLR2004 - nothing is left to recognise it by
        return [(np.nan, np.full(len(rivals), np.nan)) for _ in concept.exemplars]
    means = catalogues.frame(encoder).domain_means
    whole = means.mean(axis=0)
    sentences = embed(list(concept.exemplars.values()), encoder).astype(np.float64)
    sentences -= np.array([means[DOMAINS.index(d)] if d in DOMAINS else whole for d in concept.exemplars])
    sentences /= np.maximum(np.linalg.norm(sentences, axis=1, keepdims=True), 1e-12)
    out = []
    for domain, sentence in zip(concept.exemplars, sentences, strict=True):
        rest = {d: s for d, s in concept.exemplars.items() if d != domain}
        without = Concept(concept.name, concept.gloss, concept.family, concept.synonyms, rest)
        own = catalogues.vectors([without], encoder)[0]
        out.append((float(sentence @ own), rivals @ sentence))
    return out


def _row(
    concept: Concept, nearest: str, similarity: float, nearer: NDArray[np.bool_], others: Sequence[str]
) -> tuple[Any, ...]:  # fmt: skip
    """Say how a concept stands; ``nearer`` is whether each exemplar is nearer to each other concept."""
    n, told = len(concept.exemplars), len(nearer) > 1
    ranks = 1 + nearer.sum(axis=1) if told else np.zeros(0)
    n_first = int((ranks == 1).sum())
    by_rival = nearer.sum(axis=0) if told else np.zeros(len(others), dtype=int)
    n_taken = int(by_rival.max(initial=0))
    taken_for = others[int(np.argmax(by_rival))] if n_taken else None
    is_apart = similarity <= TOO_NEAR and n_taken <= n / 2
    if similarity > TOO_NEAR:
        advice = (
            f"lies where {nearest} lies (cosine {similarity:.2f}): take {nearest}, or say in gloss and exemplars what it is that "
            f"{nearest} is not"
        )
    elif not told:
        advice = f"a gloss alone ranks less well than one with exemplars: write a sentence that shows it in each of the {len(DOMAINS)} domains"
    elif not is_apart:
        advice = f"{n_taken} of {n} exemplars are nearer to {taken_for}: rewrite those that show {taken_for} as well, or join the two"
    elif n < MIN_EXEMPLARS:
        advice = f"told apart, as far as {n} exemplars say; write some more, in other domains"
    else:
        most = f", and {taken_for} takes {n_taken} at the most" if taken_for else ""
        advice = (
            f"told apart: {n_first} of {n} exemplars are told for it among {len(others) + 1} concepts{most}"
        )
    median = float(np.median(ranks)) if told else np.nan
    return (concept.name, n, nearest, similarity, is_apart, n_first, median, taken_for, n_taken, advice)
