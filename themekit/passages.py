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
  runs about 350 times as fast as pysbd, so that splitting is not what one waits for.
- A stretch without a stop for more than :data:`MAX_WORDS` words is cut at the
  best joint near the aim: in captions, which have no marks at all, where a sentence
  most likely ends (:mod:`themekit.readers.voices`); in the long periods of old authors
  at a stop inside the sentence, else before a word that tends to open a clause.
- An encoder reads only its first ``max_tokens`` tokens and says nothing of the
  rest. A passage that would be cut is split instead, and counted.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterator

    from themekit.corpus import Corpus
    from themekit.encoders import Encoder

logger = logging.getLogger(__name__)

N_SENTENCES = 2
MIN_WORDS = 20
MAX_WORDS = 90
_AIM = 45
_COLUMNS = ["document_id", "author", "start", "end", "text"]
_PLACE = ["document_id", "author", "start", "text"]
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


def split_passages(corpus: Corpus, encoder: Encoder, *, n_sentences: int = N_SENTENCES) -> pd.DataFrame:
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
        30 words; no passage has more than 90.

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
    documents = _readable(corpus, encoder)
    rows: list[tuple[str, str, int, int, str]] = []
    turns = corpus.turns[corpus.turns["document_id"].isin(documents)].dropna(subset=["author"])
    for document_id, author, start, end in zip(
        turns["document_id"],
        turns["author"],
        turns["start"].tolist(),
        turns["end"].tolist(),
        strict=True,
    ):
        text, language = documents[document_id]
        rows.extend(
            (document_id, author, span.start, span.end, text[span.start : span.end])
            for span in pack(sentences(text, start, end, language), n_sentences)
        )
    frame = pd.DataFrame(rows, columns=_COLUMNS)
    frame = _fit_encoder(frame, encoder)
    frame = frame.sort_values(["document_id", "start"], kind="stable", ignore_index=True)
    frame["position"] = frame.groupby("document_id").cumcount()
    frame["passage_id"] = frame["document_id"] + ":" + frame["position"].map("{:04d}".format)
    return frame[["passage_id", "document_id", "author", "position", "start", "end", "text", "n_tokens"]]


def _readable(corpus: Corpus, encoder: Encoder) -> dict[str, tuple[str, str]]:
    """Return text and language of each document that the encoder can read; an encoder that says nothing reads all."""
    documents = corpus.documents
    languages = documents["language"].fillna("en") if "language" in documents else ["en"] * len(documents)
    can = getattr(encoder, "languages", None)
    found, other = {}, []
    for document_id, text, language in zip(
        documents["document_id"],
        documents["text"],
        languages,
        strict=True,
    ):
        if can is None or language in can:
            found[document_id] = (text, language)
        else:
            other.append(f"{document_id} ({language})")
    if other:
        logger.warning(
            "%d documents are in a language that %s does not read, and are left out: %s",
            len(other), encoder.name, ", ".join(other[:5]),
        )  # fmt: skip
    return found


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


def _fit_encoder(frame: pd.DataFrame, encoder: Encoder) -> pd.DataFrame:
    """Split what the encoder would cut, until nothing is cut; count tokens on the way."""
    frame = frame.assign(n_tokens=encoder.count_tokens(frame["text"].tolist()))
    too_long = frame["n_tokens"] > encoder.max_tokens
    if too_long.any():
        logger.info(
            "%d passages exceeded the %d tokens that the encoder reads; they were split, not cut",
            int(too_long.sum()),
            encoder.max_tokens,
        )
    while too_long.any():
        halves = [
            (document_id, author, start + half.start, start + half.end, text[half.start : half.end])
            for document_id, author, start, text in frame.loc[too_long, _PLACE].to_numpy().tolist()
            for half in _halve(text)
        ]
        split = pd.DataFrame(halves, columns=_COLUMNS)
        split["n_tokens"] = encoder.count_tokens(split["text"].tolist())
        frame = pd.concat([frame[~too_long], split], ignore_index=True)
        too_long = (frame["n_tokens"] > encoder.max_tokens) & (frame["text"].str.len() > 1)
    return frame.astype({"start": "int64", "end": "int64", "n_tokens": "int64"})


def _halve(text: str) -> Iterator[Span]:
    """Cut a passage at the white space nearest its middle, or in the middle where there is none."""
    middle = len(text) // 2
    gaps = [m.start() for m in re.finditer(r"\s", text)]
    cut = min(gaps, key=lambda g: abs(g - middle)) if gaps else middle
    cut = cut if 0 < cut < len(text) else middle
    for piece in (_trim(text, 0, cut), _trim(text, cut, len(text))):
        if piece.end > piece.start:
            yield piece
