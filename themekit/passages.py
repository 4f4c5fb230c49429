"""Passages: what is embedded, scored and quoted.

A passage is about two sentences of one turn, as a slice of its document:
``document.text[start:end]`` is the passage, to the character. Decisions:

- Two sentences, at least 20 words, where DESIGN says about three: on
  ``benchmarks/development`` (random 10 of 14 authors, 6 essays each) the right
  one of 24 came first in 0.69 against 0.61 to 0.64 with static vectors, and in
  0.81 against 0.74 to 0.77 with MiniLM. A theme shows in a sentence; the third
  dilutes it. One sentence alone was no better, at more than twice the passages.

- Sentence boundaries come from *sentencex* (rules for some 300 languages, no
  model): on our essays it agrees with slower splitters where it matters and
  runs about 350 times as fast as pysbd, so that splitting is not what one waits for. Where
  passages begin and end is kept in the cache by document.
- A stretch without a stop for more than :data:`MAX_WORDS` words is cut at the
  best joint near the aim: in captions, which have no marks at all, where a sentence
  most likely ends (:mod:`themekit.readers.voices`); in the long periods of old authors
  at a stop inside the sentence, else before a word that tends to open a clause.
- An encoder reads only its first ``max_tokens`` tokens and says nothing of the
  rest. A passage that would be cut is split instead, and counted.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from tqdm.auto import tqdm

from themekit import cache
from themekit.grid import Each, blocks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from themekit.corpus import Corpus
    from themekit.encoders import Encoder

logger = logging.getLogger(__name__)

N_SENTENCES = 2
MIN_WORDS = 20
MAX_WORDS = 90
_AIM = 45
_DOCUMENTS_AT_ONCE = 256
_RULES = 1  # goes up when passages would be cut otherwise than before
_INNER_STOP = re.compile(r"[;:—–,)]['\"”’]?$")
# A quotation mark or bracket right after a stop closes the sentence before it, whatever the rules say.
_CLOSERS = frozenset("\"'”’»)]")
_OPENERS = frozenset(
    [
        "and",
        "but",
        "so",
        "because",
        "then",
        "when",
        "which",
        "while",
        "if",
        "although",
        "though",
        "yet",
        "or",
        "um",
        "uh",
        "okay",
        "yeah",
        "now",
        "well",
    ],
)


@dataclass(frozen=True)
class Span:
    """Characters ``start`` to ``end`` and the number of words between them."""

    start: int
    end: int
    n_words: int


def split_passages(
    corpus: Corpus,
    encoder: Encoder,
    *,
    n_sentences: int = N_SENTENCES,
    progress: bool | None = None,
    each: Each = map,
) -> pd.DataFrame:
    """Split every author's turns into passages of about two sentences.

    Parameters
    ----------
    corpus : Corpus
        The documents and turns. Turns without an author (quoted matter,
        interviewers who are left out) give no passages.
    encoder : Encoder
        Counts tokens and says how many it reads; no passage is longer.
    n_sentences : int, default 2
        Sentences per passage. Short ones are joined on until there are
        20 words; no passage has more than 90.
    progress : bool, optional
        Show a bar on standard error. Default: only for long work on a terminal or in Jupyter.
    each : callable, default map
        How documents are gone over; :mod:`themekit.cluster` has another.

    Returns
    -------
    pandas.DataFrame
        ``passage_id, document_id, author, position, start, end, text, n_tokens``;
        one row per passage in order of document and place. ``start`` and
        ``end`` are character offsets into the document's text.

    Examples
    --------
    >>> import themekit
    >>> from themekit.encoders import HashingEncoder
    >>> corpus = themekit.Corpus.from_texts(["I swam. " * 40], author="Ann")
    >>> passages = themekit.split_passages(corpus, HashingEncoder())
    >>> int(passages["text"].str.split().str.len().max()) <= 90
    True
    """
    return _frame(_readable(corpus, encoder), encoder, n_sentences, each, progress=progress)


@dataclass(frozen=True)
class _Document:
    """A document's text, and the stretches of it that are somebody's: author, start and end."""

    document_id: str
    text: str
    language: str
    turns: list[tuple[str, int, int]]

    def key(self, more: str) -> str:
        """Return what its passages depend on, as a hash."""
        said = json.dumps([more, self.language, self.turns], ensure_ascii=True)
        digest = hashlib.sha256(said.encode("ascii"))
        digest.update(self.text.encode("utf-8", "surrogatepass"))
        return digest.hexdigest()


def _frame(
    documents: list[_Document], encoder: Encoder, n_sentences: int, each: Each, *, progress: bool | None
) -> pd.DataFrame:
    places = _places(documents, encoder, n_sentences, each, progress=progress)
    n_passages = [len(place) for place in places]
    _, start, end, n_tokens = np.concatenate([*places, np.zeros((0, 4), dtype=np.int32)]).T.astype(np.int64)
    ids, authors, texts = [], [], []
    for document, place in zip(documents, places, strict=True):
        ids += [f"{document.document_id}:{i:04d}" for i in range(len(place))]
        for t, begin, stop, _ in place.tolist():
            authors.append(document.turns[t][0])
            texts.append(document.text[begin:stop])
    return pd.DataFrame(
        {
            "passage_id": pd.Series(ids, dtype=str),
            "document_id": pd.Series([d.document_id for d in documents], dtype=str).repeat(n_passages).array,
            "author": pd.Series(authors, dtype=str), "position": _counted(n_passages), "start": start, "end": end,
            "text": pd.Series(texts, dtype=str), "n_tokens": n_tokens,
        }
    )  # fmt: skip


def _counted(numbers: list[int]) -> NDArray[np.int64]:
    """Count up from 0 for each number."""
    ends = np.cumsum(np.array(numbers, dtype=np.int64))
    return np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - numbers, numbers)


def _places(
    documents: list[_Document], encoder: Encoder, n_sentences: int, each: Each, *, progress: bool | None
) -> list[NDArray[np.int32]]:
    """Return turn, start, end and number of tokens of each document's passages, in order of place."""
    more = f"passages/{_RULES}/{version('sentencex')}/{n_sentences}/{encoder.key}/{encoder.max_tokens}"
    keys = [document.key(more) for document in documents]
    kept = cache.get(keys)
    new = [i for i, key in enumerate(keys) if key not in kept]
    disable = not progress if progress is not None else (len(new) < 4 * _DOCUMENTS_AT_ONCE or None)
    pieces = [new[rows] for rows in blocks(len(new), _DOCUMENTS_AT_ONCE)]
    split = partial(split_documents, encoder=encoder, n_sentences=n_sentences)
    split_pieces = each(split, ([documents[i] for i in some] for some in pieces))
    with tqdm(total=len(new), desc="splitting", unit=" documents", disable=disable, leave=False) as bar:
        for some, placed in zip(pieces, split_pieces, strict=True):
            fresh = {keys[i]: place.tobytes() for i, place in zip(some, placed, strict=True)}
            cache.put(fresh)
            kept |= fresh
            bar.update(len(some))
    return [np.frombuffer(kept[key], dtype="<i4").reshape(-1, 4) for key in keys]


def split_documents(
    documents: list[_Document], encoder: Encoder, n_sentences: int
) -> list[NDArray[np.int32]]:
    """Split some documents; return turn, start, end and number of tokens of each one's passages."""
    rows = [
        (d, t, span.start, span.end)
        for d, document in enumerate(documents)
        for t, (_, start, end) in enumerate(document.turns)
        for span in pack(sentences(document.text, start, end, document.language), n_sentences)
    ]
    placed = _fit_encoder(rows, [document.text for document in documents], encoder)
    placed = placed[np.lexsort((placed[:, 2], placed[:, 0]))]
    ends = np.searchsorted(placed[:, 0], np.arange(len(documents) + 1))
    return [placed[a:b, 1:].astype("<i4") for a, b in pairwise(ends)]


def _readable(corpus: Corpus, encoder: Encoder) -> list[_Document]:
    """Return the documents that the encoder can read, by id; an encoder that says nothing reads all."""
    documents = corpus.documents
    languages = documents["language"].fillna("en") if "language" in documents else ["en"] * len(documents)
    can = getattr(encoder, "languages", None)
    turns = corpus.turns.dropna(subset=["author"])
    columns = (turns["document_id"], turns["author"], turns["start"].tolist(), turns["end"].tolist())
    of: dict[str, list[tuple[str, int, int]]] = {}
    for document_id, author, start, end in zip(*columns, strict=True):
        of.setdefault(document_id, []).append((author, start, end))
    found, other = [], []
    for document_id, text, language in zip(
        documents["document_id"], documents["text"], languages, strict=True
    ):
        if can is None or language in can:
            found.append(_Document(document_id, text, language, of.get(document_id, [])))
        else:
            other.append(f"{document_id} ({language})")
    if other:
        logger.warning(
            "%d documents are in a language that %s does not read, and are left out: %s",
            len(other), encoder.name, ", ".join(other[:5]),
        )  # fmt: skip
    return sorted(found, key=lambda document: document.document_id)


def sentences(text: str, start: int, end: int, language: str = "en") -> Iterator[Span]:
    """Yield the sentences of ``text[start:end]``, trimmed, none longer than :data:`MAX_WORDS` words."""
    import sentencex  # noqa: PLC0415 - loaded when a text is split, not when themekit is imported

    begin = start
    for boundary in sentencex.get_sentence_boundaries(language, text[start:end]):
        stop = max(begin, start + boundary["end_index"])
        while begin < stop < end and text[stop] in _CLOSERS and not text[stop - 1].isspace():
            stop += 1
        piece = _trim(text, begin, stop)
        begin = stop
        if piece.n_words > MAX_WORDS:
            yield from _cut_long(text, piece)
        elif piece.n_words:
            yield piece


def pack(pieces: Iterator[Span], n_sentences: int) -> list[Span]:
    """Join sentences to passages; a short rest is joined to the passage before it."""
    packed: list[Span] = []
    current: list[Span] = []
    for piece in pieces:
        n_words = sum(p.n_words for p in current)
        if current and (
            (len(current) >= n_sentences and n_words >= MIN_WORDS) or n_words + piece.n_words > MAX_WORDS
        ):
            packed.append(_join(current))
            current = []
        current.append(piece)
    if current:
        rest = _join(current)
        if packed and rest.n_words < MIN_WORDS // 2 and packed[-1].n_words + rest.n_words <= MAX_WORDS:
            packed[-1] = _join([packed[-1], rest])
        else:
            packed.append(rest)
    return packed


def _join(spans: list[Span]) -> Span:
    return Span(spans[0].start, spans[-1].end, sum(s.n_words for s in spans))


def _trim(text: str, start: int, end: int) -> Span:
    stretch = text[start:end]
    left = len(stretch) - len(stretch.lstrip())
    return Span(start + left, start + len(stretch.rstrip()), len(stretch.split()))


def _cut_long(text: str, span: Span) -> Iterator[Span]:
    """Cut a stretch without stops into pieces of about :data:`_AIM` words, at the best joints."""
    words = [(m.start(), m.end()) for m in re.finditer(r"\S+", text[span.start : span.end])]
    ends = _likely_ends(text[span.start : span.end], len(words))
    begin = 0
    while begin < len(words):
        end = _best_joint(text, span.start, words, begin, ends)
        yield Span(span.start + words[begin][0], span.start + words[end - 1][1], end - begin)
        begin = end


_WORDS_PER_MARK = 40


def _likely_ends(stretch: str, n_words: int) -> dict[int, float]:
    """Return by character how likely a sentence ends there, where a stretch has next to no marks."""
    if len(re.findall(r"[,;:](?=\s)", stretch)) * _WORDS_PER_MARK > n_words:
        return {}
    from themekit.readers import voices  # noqa: PLC0415 - only for captions

    return {gap.end: gap.stop for gap in voices.gaps(stretch)}


def _best_joint(
    text: str, offset: int, words: list[tuple[int, int]], begin: int, ends: dict[int, float]
) -> int:
    rest = len(words) - begin
    if rest <= _AIM * 3 // 2:
        return len(words)
    window = range(begin + _AIM * 2 // 3, begin + _AIM * 4 // 3)

    def quality(i: int) -> tuple[float, int]:
        if ends:
            return ends.get(words[i - 1][1], 0), -abs(i - begin - _AIM)
        before = text[offset + words[i - 1][0] : offset + words[i - 1][1]]
        after = text[offset + words[i][0] : offset + words[i][1]].lower()
        joint = 2 * bool(_INNER_STOP.search(before)) + (after.strip(",") in _OPENERS)
        return joint, -abs(i - begin - _AIM)

    return max(window, key=quality)


def _fit_encoder(
    rows: list[tuple[int, int, int, int]], texts: list[str], encoder: Encoder
) -> NDArray[np.int64]:
    """Split what the encoder would cut, until nothing is cut; count tokens on the way."""
    done, todo = [np.zeros((0, 5), dtype=np.int64)], rows
    while todo:
        place = np.array(todo, dtype=np.int64)
        n_tokens = encoder.count_tokens([texts[d][start:end] for d, _, start, end in todo])
        too_long = (n_tokens > encoder.max_tokens) & (place[:, 3] - place[:, 2] > 1)
        if too_long.any():
            logger.info(
                "%d passages exceeded the %d tokens that the encoder reads; they were split, not cut",
                int(too_long.sum()),
                encoder.max_tokens,
            )
        done.append(np.column_stack([place, n_tokens])[~too_long])
        todo = [
            (d, t, start + half.start, start + half.end)
            for d, t, start, end in place[too_long].tolist()
            for half in _halve(texts[d][start:end])
        ]
    return np.concatenate(done)


def _halve(text: str) -> Iterator[Span]:
    """Cut a passage at the white space nearest its middle, or in the middle where there is none."""
    middle = len(text) // 2
    gaps = [m.start() for m in re.finditer(r"\s", text)]
    cut = min(gaps, key=lambda g: abs(g - middle)) if gaps else middle
    cut = cut if 0 < cut < len(text) else middle
    for piece in (_trim(text, 0, cut), _trim(text, cut, len(text))):
        if piece.end > piece.start:
            yield piece
