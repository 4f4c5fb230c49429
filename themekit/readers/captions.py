"""Subtitles and captions (.vtt, .srt), through webvtt-py: cues become turns, rolling repeats are taken out.

Speakers come from voice tags, or from ``Name: text`` in the cues; a name stands
until the next one. What has neither is one voice, and speakers unknown.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from html import unescape
from itertools import pairwise
from typing import TYPE_CHECKING

from themekit.readers import labels, plain, prose, transcript, voices
from themekit.readers.document import Note, RawDocument, Turn, UnreadableFileError, count, no_text

if TYPE_CHECKING:
    from collections.abc import Sequence

SUFFIXES = {".vtt": "WebVTT", ".srt": "SubRip", ".sbv": "YouTube captions"}

_TAG = re.compile(r"</?[^>\n]{1,200}>")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]+)>", re.IGNORECASE)
_LABEL = re.compile(r"\s*(?:[-–>]{1,2}\s*)?([^\W\d_][^\n:<>\[\]]{0,48}?)\s*:\s+(?=\S)")
_SOUND = re.compile(r"\[[^\]\n]{1,40}\]|\([A-Z][A-Z ,'-]{2,40}\)|[♪♫]+[^♪♫\n]*[♪♫]*")
_MIN_LABELS = 2
_MIN_ROLLING = 3
_MIN_SHARE_ROLLING = 0.2


def read(data: bytes, name: str) -> list[RawDocument]:
    """Read a file of captions."""
    raw, notes = plain.decode(data)
    cues = _cues(raw, name.rpartition(".")[2].lower())
    if not cues:
        raise no_text("captions without words")
    texts, n_repeated = _without_repeats([text for _, text in cues])
    if n_repeated:
        notes = [
            *notes,
            Note("dropped", f"{count(n_repeated, 'line')} of rolling captions that repeat the one before"),
        ]
    said = _said(list(zip([voice for voice, _ in cues], texts, strict=True)))
    return [conversation(said, notes)]


def conversation(said: Sequence[tuple[str | None, str]], notes: Sequence[Note] = ()) -> RawDocument:
    """Make a document of ``(speaker or None, words)``, in order; used for every format of recorded speech."""
    blocks, repairs = prose.repair([prose.Block(words) for _, words in said])
    if len(blocks) != len(said):
        said = [(who, words) for who, words in said if prose.repair([prose.Block(words)])[0]]
    said = [(who, block.text) for (who, _), block in zip(said, blocks, strict=True)]
    notes = [*notes, *repairs]
    if not any(words.strip() for _, words in said):
        raise no_text("no speech in it")
    if any(who for who, _ in said):
        found = transcript.converse(_joined(said))
        kind = "interview" if len({t.label for t in found.turns}) > 1 else "talk"
        return RawDocument(
            text=found.text, turns=found.turns, kind=kind, notes=[*notes, *found.notes], joins=found.joins
        )
    text = " ".join(" ".join(words.split()) for _, words in said)
    note = Note("guessed", "speech without labels: speakers unknown, read as one voice")
    return RawDocument(
        text=text,
        turns=[Turn(None, 0, len(text), "unknown")],
        kind="talk",
        notes=[*notes, *voices.told(text), note],
    )


def _joined(said: Sequence[tuple[str | None, str]]) -> list[tuple[str | None, str]]:
    """Run the cues of one speaker together, so that sentences are whole; what nobody is named for stays nobody's."""
    joined: list[tuple[str | None, list[str]]] = []
    for who, words in said:
        if joined and joined[-1][0] == who:
            joined[-1][1].append(words)
        else:
            joined.append((who, [words]))
    return [(who, " ".join(" ".join(words).split())) for who, words in joined]


def _cues(raw: str, suffix: str) -> list[tuple[str | None, str]]:
    """Return ``(voice or None, text)`` of each cue."""
    import webvtt  # noqa: PLC0415 - loaded when captions are read, not when themekit is imported

    if suffix == "vtt" and not raw.lstrip().startswith("WEBVTT"):
        raw = f"WEBVTT\n\n{raw}"
    try:
        captions = webvtt.from_buffer(io.StringIO(raw), format=suffix)
    except webvtt.errors.MalformedFileError as error:
        raise UnreadableFileError(
            f"seen no cues in it ({error}); expected captions; save them anew",
        ) from error
    cues = []
    for caption in captions:
        voice = _VOICE.search(caption.raw_text)
        text = _SOUND.sub(" ", unescape(_TAG.sub("", caption.raw_text))).strip()
        if text:
            cues.append((" ".join(unescape(voice[1]).split()) if voice else None, text))
    return cues


def _without_repeats(texts: Sequence[str]) -> tuple[list[str], int]:
    """Take out the lines that a rolling caption shows again; count them.

    Nothing is taken unless at least a fifth of the cues begin with the line
    before them: people do say the same thing twice.
    """
    lines = [[" ".join(line.split()) for line in text.split("\n") if line.strip()] for text in texts]
    pairs = list(pairwise(lines))
    n_rolling = sum(bool(above and below and above[-1] == below[0]) for above, below in pairs)
    if n_rolling < max(_MIN_ROLLING, _MIN_SHARE_ROLLING * len(pairs)):
        return list(texts), 0
    kept, n_repeated = [], 0
    shown: list[str] = []
    for cue in lines:
        overlap = next((n for n in range(min(len(cue), len(shown)), 0, -1) if shown[-n:] == cue[:n]), 0)
        n_repeated += overlap
        kept.append("\n".join(cue[overlap:]))
        shown = (shown + cue[overlap:])[-4:]
    return kept, n_repeated


def _said(cues: Sequence[tuple[str | None, str]]) -> list[tuple[str | None, str]]:
    """Tell who says each cue: by voice tags, else by names before a colon; a name stands until the next."""
    if any(voice for voice, _ in cues):
        return _carried(cues)
    heads = [_LABEL.match(text) for _, text in cues]
    names = Counter(" ".join(m[1].split()) for m in heads if m)
    words = " ".join(
        text[label.end() :] if label else text for (_, text), label in zip(cues, heads, strict=True)
    )
    speakers = {n for n, k in names.items() if _is_speaker(n, k, len(names), words)}
    is_labelled = sum(names[n] for n in speakers) >= _MIN_LABELS
    found: list[tuple[str | None, str]] = []
    for (_, text), label in zip(cues, heads, strict=True):
        name = " ".join(label[1].split()) if label else None
        if is_labelled and label and name in speakers:
            found.append((name, text[label.end() :]))
        else:
            found.append((None, text))
    return _carried(found)


def _is_speaker(name: str, n: int, n_names: int, words: str) -> bool:
    """Say whether what stands before a colon is a name: "Note: so it goes" once in a film makes no speaker."""
    if labels.is_no_name(name):
        return False
    # "Dima Gusakov | Lido", as people call themselves in calls
    if labels.is_name(re.sub(r"\s*(?:\||\().*", "", name) or name):
        return n >= _MIN_LABELS or (n_names > 1 and not labels.is_common(words, name))
    # Handles, as people call themselves in calls.
    return n >= _MIN_LABELS and len(name.split()) <= _MIN_LABELS and not labels.is_common(words, name)


def _carried(said: Sequence[tuple[str | None, str]]) -> list[tuple[str | None, str]]:
    carried, who = [], None
    for name, words in said:
        who = name or who
        if words.strip():
            carried.append((who, words))
    return carried
