"""Disfluencies: what people say while they think of what to say.

"Um", "you know", "I mean", "like" between commas, repeated starts, and sounds in
brackets say nothing of a subject or a way of seeing, and there is a lot of them in speech.
They are taken out of what is embedded, and of what topics are described by;
passages and quotes stay as they were said.

Only what stands apart is taken for a filler: "like" between commas, or in a stream of
captions without any where no verb goes before it; "you know" where it is set off.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

SPOKEN = ("interview", "talk")

_SOUNDS = re.compile(
    r"\[(?:[a-z]+ ?){1,3}(?:\d[\d:.]*)?\]|\((?:laughs?|laughter|laughing|chuckles?|sighs?|pause|applause|inaudible|crosstalk|unintelligible)\)",
    re.IGNORECASE,
)
_UM = re.compile(
    r"(?:,\s*)?(?<![\w'’-])(?:u+h+m*|u+m+|e+r+m+|er+|hm+|m+hm+|mm+|uh-huh|mm-hmm)(?![\w'’-])(?:\s*(?:,|\.{3}|…|--|–))?",
    re.IGNORECASE,
)
_FILLERS = r"you know(?: what i mean)?|i mean|like|sort of|kind of|i guess|you see|let's say|right|okay|yeah"
_SET_OFF = re.compile(
    rf"(?P<before>,|--|–|—|…|\.{{3}})\s*(?:{_FILLERS})\s*(?P<after>,|--|–|—|…|\.{{3}}|\?|(?=[.!]))",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"(?P<start>^|[.!?…]\s+|\n\s*)(?:(?:yeah|yep|okay|ok|well|so|right|and|but|oh|no|like|you know|i mean)(?:,| --?|\.{3})\s+)*(?:like|you know|i mean|okay|ok|yeah)(?:,| --?|\.{3})\s+(?P<next>\w)",
    re.IGNORECASE,
)
_REPEATED = re.compile(
    r"(?<![\w'’])(?P<said>[\w'’]+(?: [\w'’]+){0,3})(?:\s*(?:,|--?|–|—|…|\.{3}))?\s+(?P=said)(?![\w'’-])",
    re.IGNORECASE,
)
_STUTTER = re.compile(r"(?<![\w'’])(?P<said>\w{1,3})-\s?(?=(?P=said)\w*)", re.IGNORECASE)
_BARE = re.compile(
    r"(?<![\w'’])(?:you know(?! (?:what|how|why|who|where|when|that|the|about|if|it|him|her|them))|i mean|yeah|okay|basically)(?![\w'’])",
    re.IGNORECASE,
)
_LIKE = re.compile(r"(?<![\w'’])(?P<before>[\w'’]+)\s+like(?![\w'’-])", re.IGNORECASE)
_VERBS = frozenset(
    [
        "feel",
        "feels",
        "felt",
        "feeling",
        "look",
        "looks",
        "looked",
        "looking",
        "sound",
        "sounds",
        "sounded",
        "seem",
        "seems",
        "seemed",
        "smell",
        "smells",
        "taste",
        "tastes",
        "would",
        "i'd",
        "you'd",
        "we'd",
        "they'd",
        "he'd",
        "she'd",
        "i",
        "we",
        "they",
        "you",
        "don't",
        "didn't",
        "doesn't",
        "not",
        "to",
        "something",
        "anything",
        "nothing",
        "things",
        "people",
        "stuff",
        "more",
        "much",
        "act",
        "acts",
        "acted",
        "behave",
        "treat",
        "treated",
    ],
)
_MARK_IN_WORDS = 40


def without(text: str) -> str:
    """Return a text without disfluencies; what is left of it reads on.

    Examples
    --------
    >>> without("I, um, I was, you know, a gardener [laughs]. I like bees.")
    'I was, a gardener. I like bees.'
    """
    said = _UM.sub(lambda m: ", " if "," in m[0] else " ", _SOUNDS.sub(" ", text))
    said = _SET_OFF.sub(lambda m: m["after"] or m["before"], said)
    if _is_stream(said):
        said = _LIKE.sub(
            lambda m: m[0] if m["before"].lower().replace("’", "'") in _VERBS else m["before"],
            _BARE.sub(" ", said),
        )
    else:
        said = _OPENING.sub(lambda m: f"{m['start']}{m['next'].upper()}", said)
    said = _STUTTER.sub("", said)
    n_repeated = 1
    while n_repeated:
        said, n_repeated = _REPEATED.subn(lambda m: m["said"], said)
    said = re.sub(r"\s+(?=[,.;:!?])", "", " ".join(said.split()))
    said = re.sub(r"([,;:])(?:\s*,)+|^[,;:.\s]+", r"\1", said).strip()
    # Somebody who says nothing else has said that.
    return said if re.search(r"\w", said) else text


def fluent(passages: pd.DataFrame, documents: pd.DataFrame) -> list[str]:
    """Return the texts of passages as they are embedded: speech without its disfluencies, writing as it is.

    Parameters
    ----------
    passages : pandas.DataFrame
        ``document_id, text``.
    documents : pandas.DataFrame
        ``document_id, kind``.

    Returns
    -------
    list of str
        One for each passage, in order.

    Examples
    --------
    >>> import pandas as pd
    >>> passages = pd.DataFrame({"document_id": ["a", "b"], "text": ["Um, I ran.", "Um, he wrote."]})
    >>> fluent(passages, pd.DataFrame({"document_id": ["a", "b"], "kind": ["interview", "essay"]}))
    ['I ran.', 'Um, he wrote.']
    """
    spoken = set(documents.loc[documents["kind"].isin(SPOKEN), "document_id"])
    return [
        without(text) if document_id in spoken else text
        for document_id, text in zip(passages["document_id"], passages["text"], strict=True)
    ]


def _is_stream(text: str) -> bool:
    """Say whether a stretch has next to no marks, as captions have."""
    return len(re.findall(r"[,.;:!?]", text)) * _MARK_IN_WORDS < len(text.split())


WORDS = frozenset(
    [
        "um",
        "uh",
        "er",
        "erm",
        "hmm",
        "mm",
        "mhm",
        "yeah",
        "yep",
        "ok",
        "okay",
        "like",
        "know",
        "mean",
        "kind",
        "sort",
        "gonna",
        "wanna",
        "gotta",
        "cause",
        "cuz",
        "kinda",
        "sorta",
        "basically",
        "actually",
        "literally",
        "obviously",
        "really",
        "right",
        "stuff",
        "thing",
        "things",
        "lot",
        "guess",
        "just",
        "well",
        "oh",
        "ah",
    ],
)
"""Words that no topic of spoken text is labelled with."""
