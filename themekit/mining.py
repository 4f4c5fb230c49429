"""Mining: from a corpus to a result, in the order of the method."""

from __future__ import annotations

import hashlib
import json
import logging
from typing import TYPE_CHECKING, Any

import pandas as pd

import themekit
from themekit import background as backgrounds
from themekit import concepts as catalogues
from themekit import topics as clustering
from themekit.cluster import connect
from themekit.disfluencies import fluent
from themekit.encoders import embed_on_grid, find_encoder
from themekit.evidence import find_evidence
from themekit.passages import split_passages
from themekit.result import Result
from themekit.themes import ThemeEstimator

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    import numpy as np

    from themekit.background import Background
    from themekit.concepts import Concept
    from themekit.corpus import Corpus
    from themekit.encoders import Encoder

logger = logging.getLogger(__name__)


class NothingToMineError(ValueError):
    """The corpus has no passage that is somebody's."""


def mine(
    corpus: Corpus,
    *,
    encoder: str | Encoder = "minilm",
    concepts: str | Path | Iterable[str | Concept] | Mapping[str, Any] | None = None,
    background: str | os.PathLike[str] | Background | None = "auto",
    seed: int = 0,
    n_permutations: int = 2000,
    progress: bool | None = None,
    client: Any = None,  # noqa: ANN401 - Dask is optional
) -> Result:
    """Find the themes of every author of a corpus.

    Parameters
    ----------
    corpus : Corpus
        From :func:`themekit.read` or :meth:`themekit.Corpus.from_texts`.
    encoder : str or Encoder, default "minilm"
        ``"minilm"`` finds more; ``"static"`` is many times as fast and needs no torch;
        or a model's name, a folder, or an encoder of your own.
    concepts : str, path, iterable, mapping or None
        The candidates; see :func:`themekit.concepts.choose`. Default: the whole catalogue.
    background : str, path, Background or None, default "auto"
        ``"auto"``: the other authors, and for one who stands alone the shipped one;
        ``"none"``; or a folder of comparable texts by other people.
    seed : int, default 0
        Of permutations, bootstrap and map. The clusters take none.
    n_permutations : int, default 2000
        Shuffles of author labels for the test.
    progress : bool, optional
        Show bars for long work. Default: where it takes long, on a terminal or in Jupyter.
    client : distributed.Client or str, optional
        A Dask cluster that does the work, or its scheduler's address (:mod:`themekit.cluster`). The result is the
        same to the last byte. Default: this machine alone.

    Returns
    -------
    Result
        Tables, and a portrait of each author.

    Raises
    ------
    NothingToMineError
        If no passage belongs to an author.
    ClusterError
        If there is no such cluster, or it would compute something else.

    See Also
    --------
    themekit.read : Files to corpus.

    Examples
    --------
    >>> import themekit
    >>> corpus = themekit.Corpus.from_texts(["We mended the gate again. It held."], author="Ann")
    >>> themekit.mine(corpus, encoder="static").authors["verdict"].item()
    'insufficient'
    """
    encoder = find_encoder(encoder)
    candidates = catalogues.choose(concepts)
    names = [c.name for c in candidates]
    with connect(client, encoder) as each:
        passages = split_passages(corpus, encoder, progress=progress, each=each)
        if passages.empty:
            raise NothingToMineError(
                "seen a corpus without a passage that is an author's; expected some prose; look at corpus.account"
            )
        vectors = embed_on_grid(fluent(passages, corpus.documents), encoder, progress=progress, each=each)
        topics = clustering.cluster(vectors, each=each)
        directions = catalogues.vectors(candidates, encoder)
        chosen = backgrounds.choose(background, encoder)
        estimator = ThemeEstimator(n_permutations=n_permutations, seed=seed).fit(
            passages,
            vectors,
            topics,
            directions,
            names,
            corpus.contributions,
            chosen,
            each=each,
            progress=progress,
        )
    evidence = find_evidence(
        passages, topics, estimator.passage_scores_, names, estimator.themes_, estimator.document_scores_
    )
    return Result(
        settings=_settings(encoder, candidates, chosen, background, seed, n_permutations, corpus),
        documents=corpus.documents,
        turns=corpus.turns,
        account=corpus.account,
        concepts=catalogues.table(candidates),
        passages=passages,
        assignments=_assignments(passages, vectors, topics),
        authors=estimator.authors_,
        themes=estimator.themes_,
        document_scores=estimator.document_scores_,
        evidence=evidence,
        vectors=vectors,
        directions=directions,
        passage_scores=estimator.passage_scores_,
    )


def _assignments(passages: pd.DataFrame, vectors: np.ndarray, topics: np.ndarray) -> pd.DataFrame:
    """Return each passage's topic, with its closeness to the topic's mean (cosine, at least 0) as weight."""
    return pd.DataFrame(
        {
            "passage_id": passages["passage_id"], "topic_id": clustering.topic_ids(topics),
            "weight": clustering.closeness(vectors, topics),
        }
    )  # fmt: skip


def _settings(
    encoder: Encoder, candidates: list[Concept], chosen: Background | None, asked: object, seed: int,
    n_permutations: int, corpus: Corpus,
) -> dict[str, Any]:  # fmt: skip
    """Return everything that the result depends on, besides the code."""
    written = json.dumps([(c.name, c.gloss, dict(c.exemplars)) for c in candidates], ensure_ascii=True)
    return {
        "version": themekit.__version__,
        "encoder": encoder.name,
        "encoder_key": encoder.key,
        "seed": seed,
        "catalogue": {
            "n_concepts": len(candidates),
            "sha256": hashlib.sha256(written.encode("ascii")).hexdigest(),
        },
        "background": {
            "asked": asked if isinstance(asked, str) else getattr(asked, "name", str(asked)),
            "name": chosen.name if chosen else None,
        },
        "n_permutations": n_permutations,
        "corpus": corpus.fingerprint,
    }
