"""Transcripts in JSON: Whisper, WhisperX, Podcasting 2.0, and word lists with speakers.

One walk reads them all: somewhere there is a list of segments, each with words
in ``text``, ``body`` or a list of words, and perhaps with somebody who says them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from themekit.readers import captions, plain
from themekit.readers.document import NotATextError, RawDocument, UnreadableFileError, no_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SUFFIXES = {".json": "JSON"}

_LISTS = (
    "segments",
    "results",
    "monologues",
    "transcript",
    "utterances",
    "cues",
    "entries",
    "chunks",
    "word_segments",
)
_WORDS = ("words", "wdlist", "elements", "tokens")
_TEXT = ("text", "body", "sentence", "content", "word", "value", "transcript")
# Names go before ids, which may stand for several people.
_SPEAKER = ("speaker_name", "speakerName", "speaker", "speaker_label", "speaker_id", "speakerId")


def read(data: bytes, name: str) -> list[RawDocument]:  # noqa: ARG001 - one signature for all readers
    """Read a transcript in JSON."""
    raw, notes = plain.decode(data)
    try:
        content = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise UnreadableFileError(
            f"seen no JSON in it ({error}); expected a transcript; save it anew",
        ) from error
    segments = _segments(content)
    if segments is None:
        raise NotATextError("JSON that is no transcript (no list of segments)")
    said = [pair for segment in segments if isinstance(segment, dict) for pair in _said(segment)]
    if not said:
        raise no_text("a transcript without words")
    return [captions.conversation(said, notes)]


def _segments(content: Any) -> list[Any] | None:  # noqa: ANN401 - whatever the JSON holds
    if isinstance(content, list):
        return (
            content
            if any(isinstance(item, dict) and _find(item, (*_TEXT, *_WORDS)) for item in content)
            else None
        )
    if not isinstance(content, dict):
        return None
    for key in _LISTS:
        found = content.get(key)
        if isinstance(found, list) and found:
            return found
    nested = [
        inner for key in _LISTS if isinstance(content.get(key), dict) and (inner := _segments(content[key]))
    ]
    return nested[0] if nested else None


def _said(segment: Mapping[str, Any]) -> Iterator[tuple[str | None, str]]:
    """Yield ``(speaker or None, words)``: word by word where each word has its own speaker, else the whole segment."""
    who = _string(_find(segment, _SPEAKER))
    words = _find(segment, _WORDS)
    words = [w for w in words if isinstance(w, dict)] if isinstance(words, list) else []
    if any(_find(w, _SPEAKER) is not None for w in words):
        for word in words:
            text = _string(_find(word, _TEXT))
            if text:
                yield _string(_find(word, _SPEAKER)) or who, text
        return
    text = _find(segment, _TEXT)
    spoken = text if isinstance(text, str) else _spelt(words)
    if spoken.strip():
        yield who, spoken


def _spelt(words: list[Mapping[str, Any]]) -> str:
    """Join words; some formats put the white space into them, others leave it out."""
    texts = [str(_find(w, _TEXT) or "") for w in words]
    return ("" if any(t != t.strip() for t in texts) else " ").join(texts)


def _find(item: Mapping[str, Any], keys: tuple[str, ...]) -> Any:  # noqa: ANN401 - whatever the JSON holds
    return next((item[key] for key in keys if item.get(key) not in (None, "", [])), None)


def _string(value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    text = " ".join(str(value).split())
    return f"Speaker {text}" if text.isdigit() else text or None
