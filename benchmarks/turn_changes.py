"""Unlabelled speech: sentence boundaries and changes of speaker restored from words alone.

Interviews whose labels are known lose labels, case and punctuation; logistic
regressions over the words at a gap learn where sentences
end, where another person goes on, and whether the words are those of somebody who asks.

    python benchmarks/turn_changes.py [FOLDER]          evaluate, each series held out in turn
    python benchmarks/turn_changes.py [FOLDER] --ship   train on what may ship and write themekit/data/turns

The shipped weights are trained on our own interviews and on those of FOLDER whose
licence asks for the source to be named and no more (MIT, CC BY, CC0); share-alike files are only evaluated on.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import themekit
from themekit.readers import voices

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT.parent / "shared" / "corpora" / "interviews"
SHARE_ALIKE = ("changelog", "ethereum-pm")
SEED = 0
N_PASSES = 8
ALPHA = {"stop": 1e-6, "change": 1e-5, "asks": 1e-5}


@dataclass
class Talk:
    """One interview as a stream of bare words, with what is true after each word."""

    name: str
    words: list[str]
    stops: np.ndarray  # a sentence ends after the word
    changes: np.ndarray  # another person goes on after it
    asks: np.ndarray  # 1: an interviewer says it; 0: a guest; -1: among equals, nobody knows
    who: np.ndarray  # the speaker's number

    @property
    def series(self) -> str:
        stem = self.name.split("/")[-1]
        return (
            self.name.split("/")[0] + "/" + (re.sub(r"[-\d].*", "", stem) if "changelog" in self.name else "")
        )


def talks(folder: Path) -> list[Talk]:
    """Read all labelled conversations under a folder in which two or more people speak."""
    corpus = themekit.read(folder, interviewers=True)
    texts = dict(zip(corpus.documents["document_id"], corpus.documents["text"], strict=True))
    languages = dict(zip(corpus.documents["document_id"], corpus.documents["language"], strict=True))
    found = []
    for document_id, turns in corpus.turns.groupby("document_id"):
        spoken = turns[turns["role"].isin(["guest", "interviewer"])]
        if spoken["author"].nunique() < 2 or languages[document_id] not in {None, "en"}:
            continue
        people = {a: i for i, a in enumerate(dict.fromkeys(spoken["author"]))}
        knows = (spoken["role"] == "interviewer").any()
        words, stops, changes, asks, who = [], [], [], [], []
        for t in spoken.itertuples():
            text = re.sub(r"\[[^\]\n]{1,60}\]", " ", texts[document_id][t.start : t.end])
            for part in re.findall(r"\S+", text):
                bare = voices.bare(part)
                if not bare:
                    if stops and re.search(r"[.?!…]", part):
                        stops[-1] = 1
                    continue
                for word in bare:
                    words.append(word)
                    stops.append(0)
                    changes.append(0)
                    asks.append(int(t.role == "interviewer") if knows else -1)
                    who.append(people[t.author])
                stops[-1] = int(bool(re.search(r"[.?!…][\"'”’)]*$", part)))
        for i in range(len(words) - 1):
            changes[i] = int(who[i] != who[i + 1])
            stops[i] = max(stops[i], changes[i])
        if len(words) > 300:
            found.append(Talk(str(document_id), words, *map(np.array, (stops, changes, asks, who))))
    return found


def fit(train: list[Talk]) -> dict[str, np.ndarray]:
    """Train three logistic regressions; return their weights, the constant at the end of each."""
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import SGDClassifier

    found = [voices.features(t.words) for t in train]
    weights = {}
    for kind, which in (("stop", 0), ("change", 0), ("asks", 1)):
        right = np.concatenate([{"stop": t.stops, "change": t.changes, "asks": t.asks}[kind] for t in train])
        columns = np.concatenate([f[which] for f in found])[right >= 0]
        right = right[right >= 0]
        n, k = columns.shape
        x = csr_matrix(
            (np.ones(n * k, dtype=np.float32), columns.ravel(), np.arange(0, n * k + 1, k)),
            shape=(n, voices.N_FEATURES),
        )
        x.sum_duplicates()
        model = SGDClassifier(
            loss="log_loss",
            alpha=ALPHA[kind],
            max_iter=N_PASSES,
            tol=None,
            average=True,
            random_state=SEED,
            learning_rate="adaptive",
            eta0=0.05,
        )
        model.fit(x, right)
        weights[kind] = np.append(model.coef_[0], model.intercept_[0]).astype(np.float32)
    return weights


def f1(found: np.ndarray, right: np.ndarray, slack: int = 0) -> float:
    """Return F1 of places; each right place is found at most once, up to so many words away."""
    places, left = list(np.flatnonzero(found)), list(np.flatnonzero(right))
    n_found, n_right, hits = len(places), len(left), 0
    for place in places:
        near = [r for r in left if abs(r - place) <= slack]
        if near:
            left.remove(min(near, key=lambda r: abs(r - place)))
            hits += 1
    return 2 * hits / max(1, n_found + n_right)


def every(n: int, step: float) -> np.ndarray:
    marks = np.zeros(n, dtype=int)
    marks[np.arange(step, n, step).astype(int) - 1] = 1
    return marks


def text_tiling(words: list[str], n_wanted: int, width: int = 20, blocks: int = 6) -> np.ndarray:
    """Hearst's TextTiling on bare words: the deepest valleys of similarity between neighbouring blocks."""
    common = {w for w, _ in Counter(words).most_common(60)}
    pieces = [
        Counter(w for w in words[a : a + width] if w not in common) for a in range(0, len(words), width)
    ]
    scores = np.zeros(max(0, len(pieces) - 1))
    for gap in range(len(scores)):
        one, other = (
            sum(pieces[max(0, gap - blocks + 1) : gap + 1], Counter()),
            sum(pieces[gap + 1 : gap + 1 + blocks], Counter()),
        )
        norm = np.sqrt(sum(v * v for v in one.values()) * sum(v * v for v in other.values()))
        scores[gap] = sum(one[w] * other[w] for w in one) / norm if norm else 0
    depth = np.zeros(len(scores))
    for i in range(len(scores)):
        left, right = i, i
        while left and scores[left - 1] >= scores[left]:
            left -= 1
        while right < len(scores) - 1 and scores[right + 1] >= scores[right]:
            right += 1
        depth[i] = scores[left] + scores[right] - 2 * scores[i]
    marks = np.zeros(len(words), dtype=int)
    for gap in np.argsort(-depth, kind="stable")[:n_wanted]:
        marks[min(len(words), (gap + 1) * width) - 1] = 1
    return marks


def share_right(given: np.ndarray, who: np.ndarray) -> float:
    """Return the share of words under the right speaker, whichever of those given is which."""
    from scipy.optimize import linear_sum_assignment

    table = np.zeros((given.max() + 1, who.max() + 1))
    np.add.at(table, (given, who), 1)
    rows, columns = linear_sum_assignment(-table)
    return float(table[rows, columns].sum() / len(who))


def evaluate(folder: Path) -> None:
    """Print a table by file, each series held out in turn."""
    everything = talks(folder)
    probable: list[tuple[np.ndarray, np.ndarray]] = []
    own = [*talks(ROOT / "corpora" / "interviews")]
    print("| file | people | stops: fixed | restored | changes: fixed | TextTiling | restored | ±3 words: fixed | TextTiling | restored"
          " | words right: one voice| fixed, in turn | restored |")  # fmt: skip
    print("| --- " * 13 + "|")
    lines = []
    for series in sorted(
        {t.series for t in everything if t.name.startswith(("changelog", "bitcoin", "metamuse"))}
    ):
        train = [t for t in everything if t.series != series]
        model = voices.Model(fit([*train, *own]))
        for t in (t for t in everything if t.series == series):
            lines.append(
                _line(
                    t,
                    model,
                    np.mean([len(u.words) / u.stops.sum() for u in train]),
                    np.mean([len(u.words) / u.changes.sum() for u in train]),
                )
            )
            probable.append((model.hear(t.words).change, t.changes))
            print(
                f"| {t.name} | {t.who.max() + 1} | " + " | ".join(f"{x:.2f}" for x in lines[-1]) + " |",
                flush=True,
            )
    p, right = (np.concatenate(c) for c in zip(*probable, strict=True))
    for low, high in ((0.1, 0.25), (0.25, 0.5), (0.5, 0.75), (0.75, 0.9), (0.9, 1.01)):
        some = (p >= low) & (p < high)
        print(
            f"gaps with a probability of {low} to {high:.2f}: {some.sum()}, of which {right[some].mean():.2f} are changes; {right[some].sum() / right.sum():.2f} of all changes"
        )
    print("| mean |  | " + " | ".join(f"{x:.2f}" for x in np.mean(lines, axis=0)) + " |")


def _line(t: Talk, model: voices.Model, per_stop: float, per_change: float) -> list[float]:
    heard = model.hear(t.words)
    n = len(t.words)
    fixed, tiled = every(n, per_change), text_tiling(t.words, round(n / per_change))
    stops, changes = heard.stops(), heard.changes()
    k = int(t.who.max() + 1)
    in_turn = np.concatenate([[0], np.cumsum(fixed)[:-1]]) % k
    given = heard.speakers()
    return [
        f1(every(n, per_stop), t.stops), f1(stops, t.stops), f1(fixed, t.changes), f1(tiled, t.changes), f1(changes, t.changes),
        f1(fixed, t.changes, 3), f1(tiled, t.changes, 3), f1(changes, t.changes, 3),
        share_right(np.zeros(n, dtype=int), t.who), share_right(in_turn, t.who), share_right(given, t.who),
    ]  # fmt: skip


def ship(folder: Path) -> None:
    """Train on what may ship, and write the weights."""
    from safetensors.numpy import save_file

    train = [t for t in talks(folder) if not t.name.startswith(SHARE_ALIKE)] + talks(
        ROOT / "corpora" / "interviews"
    )
    weights = fit(train)
    place = ROOT / "themekit" / "data" / "turns"
    place.mkdir(parents=True, exist_ok=True)
    save_file({k: v.astype(np.float16) for k, v in weights.items()}, place / "model.safetensors")
    print(f"trained on {len(train)} conversations, {sum(len(t.words) for t in train):,} words")


def main() -> None:
    given = [a for a in sys.argv[1:] if not a.startswith("-")]
    folder = Path(given[0]) if given else FOLDER
    if not folder.is_dir():
        sys.exit(f"seen no folder {folder}; expected interviews; give the folder that holds them")
    (ship if "--ship" in sys.argv else evaluate)(folder)


if __name__ == "__main__":
    main()
