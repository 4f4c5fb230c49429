"""Transcripts in JSON: Whisper, WhisperX, Podcasting 2.0, Rev, Sonix, AssemblyAI, Deepgram, AWS, Azure and Google.

One walk reads them all: somewhere there is a list of segments, each with words
in ``text``, ``body`` or a list of words, and perhaps with somebody who says them.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from themekit.readers import captions, plain
from themekit.readers.document import NotATextError, RawDocument, UnreadableFileError, no_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

SUFFIXES = {".json": "JSON"}

# Where the segments are, the more telling first: who says what, and only then every word by itself.
_LISTS = (
    "segments",
    "audio_segments",
    "utterances",
    "monologues",
    "recognizedPhrases",
    "transcription",
    "results",
    "transcript",
    "cues",
    "entries",
    "chunks",
    "channels",
    "items",
    "word_segments",
    "words",
)
_WORDS = ("words", "wdlist", "elements", "tokens", "terms")
_TEXT = ("punctuated_word", "text", "body", "sentence", "content", "word", "value", "transcript", "display")
# Names go before ids, which may stand for several people.
_SPEAKER = (
    "speaker_name",
    "speakerName",
    "speaker",
    "speaker_label",
    "speaker_id",
    "speakerId",
    "speakerTag",
)
# Several readings of one stretch, the likeliest first.
_READINGS = ("alternatives", "nBest")
_MARK = re.compile(r" (?=[.,;:!?…%)\]]+(?: |$))")


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
    people = _people(content)
    said = [(people.get(who or "", who), words) for segment in segments for who, words in _said(segment)]
    if not said:
        raise no_text("a transcript without words")
    return [captions.conversation([(_label(who), words) for who, words in said], notes)]


def _segments(content: Any) -> list[dict[str, Any]] | None:  # noqa: ANN401 - whatever the JSON holds
    if isinstance(content, list):
        likeliest = [_likeliest(item) for item in content if isinstance(item, dict)]
        worded = [item for item in likeliest if _words(item) or isinstance(_find(item, _TEXT), str)]
        return _as_segments(worded) if worded else None
    if not isinstance(content, dict):
        return None
    for key in _LISTS:
        if isinstance(content.get(key), list) and (found := _segments(content[key])):
            return _with_speakers(found, content)
    nested = (_segments(content[key]) for key in _LISTS if isinstance(content.get(key), dict))
    return next((found for found in nested if found), None)


def _likeliest(item: dict[str, Any]) -> dict[str, Any]:
    """Put the likeliest of several readings in the place of a stretch."""
    readings = _find(item, _READINGS)
    first = readings[0] if isinstance(readings, list) else None
    return {**item, **first} if isinstance(first, dict) else item


def _as_segments(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Make one segment of a list of words, and order what was recorded on several channels by the clock."""
    if _is_tagged(_words(found[-1])) and not any(_is_tagged(_words(item)) for item in found[:-1]):
        # Where Google tells who speaks, its last result has all words again.
        return found[-1:]
    if len(found) > 1 and all(isinstance(item.get("words"), list) and not _clock(item) for item in found):
        heard = [
            {"speaker": f"Channel {i}", **word}
            for i, item in enumerate(found, start=1)
            for word in _words(item)
        ]
        return [{"words": sorted(heard, key=_clock)}] if all("start" in word for word in heard) else found
    texts = [text for item in found if isinstance(text := _find(item, _TEXT), str)]
    are_words = len(texts) == len(found) > 1 and all(len(text.split()) <= 1 for text in texts)
    return [{"words": found}] if are_words else found


def _is_tagged(words: list[Mapping[str, Any]]) -> bool:
    return any("speakerTag" in word for word in words)


def _clock(item: Mapping[str, Any]) -> float:
    value = _find(item, ("start", "start_time"))
    return float(value) if isinstance(value, int | float) else 0.0


def _with_speakers(found: list[dict[str, Any]], content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Give words their speakers where these stand in a list of their own, by the time (AWS)."""
    labels = content.get("speaker_labels")
    segments = labels.get("segments") if isinstance(labels, dict) else None
    if not isinstance(segments, list):
        return found
    at = {
        item.get("start_time"): _find(item, _SPEAKER)
        for segment in segments
        if isinstance(segment, dict) and isinstance(segment.get("items"), list)
        for item in segment["items"]
        if isinstance(item, dict)
    }
    return [
        {**segment, "words": [{"speaker_label": at.get(w.get("start_time")), **w} for w in _words(segment)]}
        if "words" in segment
        else segment
        for segment in found
    ]


def _people(content: Any) -> dict[str, str]:  # noqa: ANN401 - whatever the JSON holds
    """Return the names that a list of speakers gives to ids."""
    listed = content.get("speakers") if isinstance(content, dict) else None
    people = [p for p in listed if isinstance(p, dict)] if isinstance(listed, list) else []
    named = [(_string(p.get("id")), _string(p.get("name"))) for p in people]
    return {key: name for key, name in named if key and name}


def _words(segment: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    words = _find(segment, _WORDS)
    return [w for w in words if isinstance(w, dict)] if isinstance(words, list) else []


def _said(segment: Mapping[str, Any]) -> Iterator[tuple[str | None, str]]:
    """Yield ``(speaker or None, words)``: word by word where words have other speakers, else the whole segment."""
    who = _who(segment)
    words = [_likeliest(dict(word)) for word in _words(segment)]
    text = _find(segment, _TEXT)
    if any(_who(word) not in {None, who} for word in words):
        last = who
        runs: list[tuple[str | None, list[Mapping[str, Any]]]] = []
        for word in words:
            # A mark has no speaker of its own where every word has.
            last = _who(word) or (last if _is_mark(word) else who)
            if not runs or runs[-1][0] != last:
                runs.append((last, []))
            runs[-1][1].append(word)
        yield from ((name, spoken) for name, run in runs if (spoken := _spelt(run)).strip())
        return
    spoken = text if isinstance(text, str) else _spelt(words)
    if spoken.strip():
        yield who, spoken


def _is_mark(word: Mapping[str, Any]) -> bool:
    return not any(c.isalnum() for c in str(_find(word, _TEXT) or ""))


def _spelt(words: Sequence[Mapping[str, Any]]) -> str:
    """Join words; some formats put the white space into them, others leave it out."""
    texts = [str(_find(w, _TEXT) or "") for w in words]
    return "".join(texts) if any(t != t.strip() for t in texts) else _MARK.sub("", " ".join(texts))


def _find(item: Mapping[str, Any], keys: tuple[str, ...]) -> Any:  # noqa: ANN401 - whatever the JSON holds
    return next((item[key] for key in keys if item.get(key) not in (None, "", [])), None)


def _who(item: Mapping[str, Any]) -> str | None:
    who = _find(item, _SPEAKER)
    return _string(_find(who, ("name", "id")) if isinstance(who, dict) else who)


def _string(value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return " ".join(str(value).split()) or None


def _label(who: str | None) -> str | None:
    """Return who speaks; a figure or a letter is nobody's name."""
    return f"Speaker {who}" if who and (who.isdigit() or (len(who) == 1 and who.isalpha())) else who
