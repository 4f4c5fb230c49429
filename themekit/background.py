"""The background: other people's passages, as vectors, for who has nobody to be compared with.

It holds no text: vectors in float16, and for each passage the number of its
contribution, author, kind and register. One file per encoder, because vectors
of different encoders do not compare. The shipped one was made by
``benchmarks/build_background.py`` from the shipped corpora and from
public-domain essays; with :func:`build` one makes one's own from a folder of
comparable texts, which is the better comparison.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from themekit.encoders import embed, file_stem
from themekit.grid import blocks, hashes, off_grid, on_grid
from themekit.topics import Sample

if TYPE_CHECKING:
    import os

    from numpy.typing import NDArray

    from themekit.corpus import Corpus
    from themekit.encoders import Encoder

__all__ = ["Background", "BackgroundError", "build", "choose", "load", "shipped"]

SCHEMA = "themekit/background/1"
_LOOKED_UP = 3000


class BackgroundError(ValueError):
    """A background is missing, or was made with another encoder or version."""


@dataclass(frozen=True, eq=False)
class Background:
    """Passage vectors of other people, without their texts.

    Attributes
    ----------
    name : str
        For people; stands on results.
    encoder_key : str
        The encoder that made the vectors.
    vectors : numpy.ndarray of shape (n_passages, n_dimensions)
        float16.
    contributions : numpy.ndarray of shape (n_passages,)
        Which contribution a passage is of, from 0, in order.
    contribution_authors : numpy.ndarray of shape (n_contributions,)
        Which author a contribution is by, from 0.
    contribution_kinds : numpy.ndarray of shape (n_contributions,)
        ``essay``, ``interview`` and so on.
    registers : tuple of str
        Of each contribution: ``contemporary``, ``public domain``, or a user's own word.
    is_given : bool
        Whether the user gave it, as comparable with the texts at hand.
    """

    name: str
    encoder_key: str
    vectors: NDArray[np.float16]
    contributions: NDArray[np.int64]
    contribution_authors: NDArray[np.int64]
    contribution_kinds: NDArray[np.str_]
    registers: tuple[str, ...]
    is_given: bool = False

    @property
    def authors(self) -> NDArray[np.int64]:
        """The author of each passage."""
        return self.contribution_authors[self.contributions]

    @cached_property
    def on_grid(self) -> NDArray[np.int16]:
        """The vectors as integers on the grid of :mod:`themekit.grid`."""
        return on_grid(self.vectors)

    def __repr__(self) -> str:
        """Say what it holds in one line."""
        return (
            f"<Background {self.name!r}: {len(self.vectors):,} passages of {len(self.contribution_authors):,} "
            f"contributions by {len(set(self.contribution_authors.tolist())):,} authors>"
        )

    def without(self, vectors: NDArray[Any]) -> Background:
        """Return the background less every contribution that shares a passage with these vectors.

        The shipped corpora are part of the shipped background: whoever mines them
        must not be compared with themselves.
        """
        mine = on_grid(vectors)
        # Half precision does not hold every multiple that the grid has; what it makes of one is compared.
        kept = np.concatenate(
            [hashes(on_grid(off_grid(mine[rows]).astype(np.float16))) for rows in blocks(len(mine))]
        )
        same = np.isin(hashes(self.on_grid), kept)
        gone = np.unique(self.contributions[same])
        return self._keeping(np.setdiff1d(np.arange(len(self.contribution_authors)), gone))

    def in_nearest_register(self, vectors: NDArray[Any]) -> Background:
        """Return the part that is written most as these passages are: one register of those that it has.

        Of each passage (of at most 3,000, that come first in an order of their own) the nearest in the background is looked
        up; the register that has more of these
        than its share of the background would give is taken. On authors left out of it, it was the right one of
        two for all 15 that were looked at; a background of the other register had the theme first in 1 of 11, this one in 8.
        """
        registers = np.array(self.registers)
        if len(set(self.registers)) < 2 or not len(self.vectors):  # noqa: PLR2004 - nothing to choose
            return self
        some = Sample.of(on_grid(vectors), _LOOKED_UP).vectors.astype(np.float64)
        known = np.ascontiguousarray(self.on_grid.T, dtype=np.float64)
        nearest = np.concatenate([np.argmax(some[rows] @ known, axis=1) for rows in blocks(len(some), 512)])
        by_passage = registers[self.contributions]
        over = {
            r: (by_passage[nearest] == r).mean() / (by_passage == r).mean()
            for r in sorted(set(self.registers))
        }
        return self.in_register(max(over, key=lambda r: over[r]))

    def in_register(self, register: str) -> Background:
        """Return the part that is in one of its registers."""
        return self._keeping(np.flatnonzero(np.array(self.registers) == register))

    def _keeping(self, kept: NDArray[np.int64]) -> Background:
        keep = np.isin(self.contributions, kept)
        return Background(
            self.name, self.encoder_key, self.vectors[keep],
            np.searchsorted(kept, self.contributions[keep]), self.contribution_authors[kept],
            self.contribution_kinds[kept], tuple(self.registers[i] for i in kept), self.is_given,
        )  # fmt: skip

    def save(self, folder: str | os.PathLike[str]) -> Path:
        """Write the background into a folder, as safetensors and JSON; give its path to ``background=``."""
        from safetensors.numpy import save_file  # noqa: PLC0415

        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        about: dict[str, Any] = {
            "schema": SCHEMA, "name": self.name, "encoder_key": self.encoder_key,
            "contribution_authors": self.contribution_authors.tolist(),
            "contribution_kinds": self.contribution_kinds.tolist(), "registers": list(self.registers),
        }  # fmt: skip
        stem = file_stem(self.encoder_key)
        (folder / f"{stem}.json").write_text(json.dumps(about), encoding="utf-8")
        save_file(
            {
                "vectors": np.ascontiguousarray(self.vectors),
                "contributions": self.contributions.astype(np.int32),
            },
            folder / f"{stem}.safetensors",
        )
        return folder


def shipped(encoder: Encoder) -> Background | None:
    """Return the background that ships with themekit, or ``None`` where it has no vectors of this encoder.

    Examples
    --------
    >>> from themekit import background, find_encoder
    >>> background.shipped(find_encoder("static")).name
    'shipped'
    """
    folder = Path(str(files("themekit") / "data" / "background"))
    if not (folder / f"{file_stem(encoder.key)}.json").is_file():
        return None
    return _read(folder, encoder, is_given=False)


def load(folder: str | os.PathLike[str], encoder: Encoder) -> Background:
    """Load a background that :meth:`Background.save` wrote, for this encoder.

    Raises
    ------
    BackgroundError
        If there is none for this encoder in the folder.
    """
    return _read(Path(folder), encoder, is_given=True)


def build(
    corpus: Corpus,
    encoder: Encoder,
    *,
    name: str = "own",
    register: str = "own",
    max_passages: int | None = None,
) -> Background:
    """Make a background of a corpus.

    Parameters
    ----------
    corpus : Corpus
        Texts of other people, of the same kind and time as those to be mined.
    encoder : Encoder
    name, register : str, default "own"
        What to call it, and the way of writing.
    max_passages : int, optional
        Of each contribution, evenly by place. Default: all.

    Returns
    -------
    Background
        Without any text.

    Examples
    --------
    >>> import themekit
    >>> from themekit.encoders import HashingEncoder
    >>> others = themekit.Corpus.from_texts(["One essay of somebody.", "Another."], author=["Bo", "Cy"])
    >>> themekit.background.build(others, HashingEncoder())
    <Background 'own': 2 passages of 2 contributions by 2 authors>
    """
    from themekit.disfluencies import fluent  # noqa: PLC0415 - a background is made seldom
    from themekit.passages import split_passages  # noqa: PLC0415

    passages = split_passages(corpus, encoder)
    if max_passages:
        grouped = passages.groupby(["document_id", "author"], sort=False, group_keys=False)
        rows = [index[_evenly(len(index), max_passages)] for index in grouped.indices.values()]
        passages = passages.iloc[np.sort(np.concatenate(rows))].reset_index(drop=True)
    vectors = embed(fluent(passages, corpus.documents), encoder)
    pairs = pd.MultiIndex.from_frame(passages[["document_id", "author"]])
    codes, unique = pd.factorize(pairs, sort=True)
    kinds = corpus.documents.set_index("document_id")["kind"]
    order = np.argsort(codes, kind="stable")
    return Background(
        name=name,
        encoder_key=encoder.key,
        vectors=vectors[order].astype(np.float16),
        contributions=codes[order].astype(np.int64),
        contribution_authors=pd.factorize(np.array([a for _, a in unique], dtype=object), sort=True)[
            0
        ].astype(np.int64),
        contribution_kinds=np.array([kinds[d] for d, _ in unique], dtype=str),
        registers=(register,) * len(unique),
        is_given=True,
    )


def _evenly(n: int, n_kept: int) -> NDArray[np.int64]:
    return np.unique(np.linspace(0, n - 1, min(n, n_kept)).round().astype(np.int64))


def choose(background: str | os.PathLike[str] | Background | None, encoder: Encoder) -> Background | None:
    """Return the background that a user asks for: ``auto``, ``none``, a folder, or one at hand.

    A folder may hold a saved background, or texts to make one of.
    """
    if isinstance(background, Background):
        if background.encoder_key != encoder.key:
            raise BackgroundError(_other_encoder(background.name, encoder))
        return background
    if background in (None, "none"):
        return None
    if background == "auto":
        return shipped(encoder)
    folder = Path(str(background))
    if not folder.is_dir():
        raise BackgroundError(
            f"seen background {str(background)!r}; expected 'auto', 'none', or a folder with texts or with a saved "
            "background; check the path"
        )
    if any(folder.glob("*.safetensors")):
        return load(folder, encoder)
    from themekit.corpus import read  # noqa: PLC0415 - only where there are texts to read

    return build(read(folder, authors_from_folders=True), encoder, name=folder.name)


def _read(folder: Path, encoder: Encoder, *, is_given: bool) -> Background:
    from safetensors.numpy import load_file  # noqa: PLC0415

    stem = file_stem(encoder.key)
    if not (folder / f"{stem}.json").is_file():
        raise BackgroundError(_other_encoder(str(folder), encoder))
    about = json.loads((folder / f"{stem}.json").read_text(encoding="utf-8"))
    if about.get("schema") != SCHEMA:
        raise BackgroundError(
            f"seen a background of schema {about.get('schema')!r}; expected {SCHEMA!r}; build it anew with this version"
        )
    arrays = load_file(folder / f"{stem}.safetensors")
    return Background(
        name=about["name"], encoder_key=about["encoder_key"], vectors=arrays["vectors"],
        contributions=arrays["contributions"].astype(np.int64),
        contribution_authors=np.array(about["contribution_authors"], dtype=np.int64),
        contribution_kinds=np.array(about["contribution_kinds"], dtype=str), registers=tuple(about["registers"]),
        is_given=is_given,
    )  # fmt: skip


def _other_encoder(name: str, encoder: Encoder) -> str:
    return (
        f"seen a background ({name}) without vectors of the encoder {encoder.name!r}; expected some of the same encoder; "
        "build one with themekit.background.build(corpus, encoder), or pass background='none'"
    )
