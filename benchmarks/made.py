"""Corpora of any size, made by recombining sentences of the shipped ones, with subjects and themes planted.

Half of the made authors have a theme: of what they write, :data:`SHARE` is taken from a shipped author who was given that
theme, and the rest from anybody. Each text keeps to one subject, told by its words, and is a row of pairs of sentences by
one hand that never stood together, so that hardly a passage occurs twice. Everybody has :data:`N_DOCUMENTS` texts of
:data:`N_PAIRS` pairs: more passages are more authors.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

import themekit
from themekit.corpus import ACCOUNT_COLUMNS, DOCUMENT_COLUMNS, Corpus
from themekit.passages import MIN_WORDS, sentences

ROOT = Path(__file__).resolve().parent.parent
SHARE = 0.45
N_DOCUMENTS, N_PAIRS = 20, 25
SUBJECTS = {
    "moving house": "boxes van landlord sofa flat moved moving tenants stairs rented keys",
    "a teacher": "teacher school class pupils lesson lessons taught blackboard homework piano",
    "illness": "hospital ward nurse doctor ill fever surgeon pills clinic bed illness",
    "the sea": "sea boat tide harbour waves ferry beach salt shore swim deck",
    "a wedding": "wedding bride groom married church guests dress cake ring toast",
    "a night journey": "train coach bus station platform ticket driver carriage compartment road midnight",
    "bread": "bread flour dough oven loaf yeast bakery baker loaves baked",
    "a first job": "job wage wages foreman manager shift office hired factory apprentice paid",
    "something inherited": "inherited grandfather grandmother died watch left clock drawer will funeral belonged",
    "a winter": "snow winter ice frozen cold frost coal stove thaw boots",
}


def corpus(n_passages: int, seed: int = 0) -> tuple[Corpus, dict[str, str | None], list[str]]:
    """Return a corpus of about so many passages, each author's theme, and each document's subject."""
    pools = _pools()
    rng = np.random.default_rng(seed)
    themes = sorted(pools.by_theme)
    n_authors = max(4, round(n_passages / (N_DOCUMENTS * N_PAIRS)))
    documents, turns, subjects = [], [], []
    gold: dict[str, str | None] = {}
    for a in range(n_authors):
        author = f"Author {a + 1:05d}"
        gold[author] = themes[(a // 2) % len(themes)] if a % 2 == 0 else None
        for i in range(N_DOCUMENTS):
            subject = int(rng.integers(len(SUBJECTS)))
            text = _text(pools, gold[author], subject, rng)
            document_id = f"{a + 1:05d}/{i + 1:02d}"
            documents.append((document_id, author, f"Text {i + 1}", str(2000 + i), "given", "essay", document_id, None,
                              text, "en"))  # fmt: skip
            turns.append((document_id, 0, author, None, 0, len(text)))
            subjects.append(list(SUBJECTS)[subject])
    columns = ["document_id", "turn", "author", "role", "start", "end"]
    made = Corpus(
        pd.DataFrame(documents, columns=DOCUMENT_COLUMNS, dtype=object),
        pd.DataFrame(turns, columns=columns, dtype=object).astype(dict.fromkeys(["turn", "start", "end"], "int64")),
        pd.DataFrame([], columns=ACCOUNT_COLUMNS, dtype=object),
    )  # fmt: skip
    return made, gold, subjects


class _Pools:
    """Sentences of the shipped corpora: of all by subject, and of who has a theme by theme and subject."""

    def __init__(self, found: pd.DataFrame) -> None:
        self.texts: list[str] = found["text"].tolist()
        subject = found["subject"].to_numpy()
        self.by_subject = [np.flatnonzero(subject == s) for s in range(len(SUBJECTS))]
        self.by_theme = {}
        for theme, rows in found.groupby("theme").indices.items():
            own = [rows[subject[rows] == s] for s in range(len(SUBJECTS))]
            self.by_theme[theme] = [some if len(some) > N_PAIRS else rows for some in own]


@cache
def _pools() -> _Pools:
    read = themekit.read(ROOT / "corpora")
    content = json.loads((ROOT / "corpora" / "gold.json").read_text(encoding="utf-8"))
    theme = {row["author"]: row["theme"] for row in content["authors"]}
    texts = dict(zip(read.documents["document_id"], read.documents["text"], strict=True))
    rows = []
    for turn in read.turns.dropna(subset=["author"]).itertuples(index=False):
        if turn.author not in theme:
            continue
        text = texts[turn.document_id]
        about = _subject(text)
        rows += [
            (theme[turn.author], about, " ".join(text[span.start : span.end].split()))
            for span in sentences(text, turn.start, turn.end)
            if span.n_words >= MIN_WORDS // 2  # two of them are a passage
        ]
    return _Pools(pd.DataFrame(rows, columns=["theme", "subject", "text"]))


def _subject(text: str) -> int:
    words = re.findall(r"[a-z]+", text.lower())
    counts = [sum(word in set(own.split()) for word in words) for own in SUBJECTS.values()]
    return int(np.argmax(counts))


def _text(pools: _Pools, theme: str | None, subject: int, rng: np.random.Generator) -> str:
    common = pools.by_subject[subject]
    own = pools.by_theme[theme][subject] if theme else common
    is_own = rng.random((N_PAIRS, 1)) < SHARE
    chosen = np.where(is_own, rng.choice(own, (N_PAIRS, 2)), rng.choice(common, (N_PAIRS, 2)))
    return "\n\n".join(f"{pools.texts[i]} {pools.texts[j]}" for i, j in chosen)
