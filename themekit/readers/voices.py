"""Unlabelled speech: where sentences end and where somebody else goes on, told from the words alone.

Logistic regressions over the words at a gap (``benchmarks/turn_changes.py`` trains
them and shows what they reach) give for the gap after each word the probability
that a sentence ends there and that the speaker changes there, and whether the words
around are those of one who asks. A two-state chain makes speakers of these.

Sentence ends are found well enough to cut passages at (F1 0.51 on series held out;
0.06 at a fixed length). A change of speaker is found at the very word in a third of the
cases (F1 0.33; 0.01 at a fixed length and by TextTiling), and its probability is one that
holds; words given to two voices by it are right for :data:`RIGHT` of them, which one voice
for all reaches, too. That is below :data:`CONFIDENT`: such a text stays one voice, the account
says so, and the places are shown to a person who assigns the turns (:mod:`themekit.turns`).
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np

from themekit.readers import languages
from themekit.readers.document import Note, count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

CONFIDENT = 0.9
"""Speakers are told apart only where at least so large a share of the words is expected to be under the right one."""
RIGHT = 0.67
"""The share that is: the mean over 20 interviews, each series held out; nothing tells beforehand in which it is more."""
_STOP = 0.25
_CHANGE = 0.25
# How much of the evidence of each word on who asks is used: neighbouring words say the same thing again.
_EVIDENCE = 0.12


def bare(part: str) -> list[str]:
    """Return the words of a stretch without white space, in lower case and without marks.

    Examples
    --------
    >>> bare("“Don't--stop!”")
    ["don't", 'stop']
    """
    return re.findall(r"[^\W_]+(?:'[^\W_]+)*", part.lower().replace("’", "'"))


@dataclass(frozen=True)
class Heard:
    """Probabilities for the gap after each word: a sentence ends, the speaker changes; and that the word is an asker's."""

    stop: NDArray[np.float64]
    change: NDArray[np.float64]
    asks: NDArray[np.float64]

    def stops(self) -> NDArray[np.int64]:
        """Return 1 after each word at which a sentence ends."""
        return _peaks(self.stop, _STOP)

    def changes(self) -> NDArray[np.int64]:
        """Return 1 after each word at which the speaker likely changes."""
        return _peaks(self.change, _CHANGE)

    def speakers(self) -> NDArray[np.int64]:
        """Give each word one of two voices: who asks and who answers, as far as that can be told."""
        change = np.clip(self.change, 1e-4, 1 - 1e-4)
        says = np.log(np.clip(np.stack([1 - self.asks, self.asks], axis=1), 1e-3, 1)) * _EVIDENCE
        forward, back = _sweep(says, change), _sweep(says[::-1], np.r_[change[:-1][::-1], 0.5])[::-1]
        chosen: NDArray[np.int64] = (forward + back - says).argmax(axis=1).astype(np.int64)
        return chosen


def _sweep(says: NDArray[np.float64], change: NDArray[np.float64]) -> NDArray[np.float64]:
    """Run the forward pass of a two-state chain whose odds of changing differ from gap to gap."""
    stays, goes = np.log(1 - change), np.log(change)
    found = np.empty_like(says)
    found[0] = says[0]
    for i in range(1, len(says)):
        a, b = found[i - 1]
        s, g = stays[i - 1], goes[i - 1]
        found[i] = (np.logaddexp(a + s, b + g) + says[i, 0], np.logaddexp(a + g, b + s) + says[i, 1])
        found[i] -= found[i].max()
    return found


def _peaks(probability: NDArray[np.float64], least: float) -> NDArray[np.int64]:
    """Return 1 where a probability is at least so high and no neighbour's is higher."""
    padded = np.r_[0, probability, 0]
    is_peak: NDArray[np.bool_] = (
        (probability >= least) & (probability >= padded[:-2]) & (probability > padded[2:])
    )
    marks: NDArray[np.int64] = is_peak.astype(np.int64)
    return marks


@dataclass(frozen=True)
class Gap:
    """A place between two words: the character after which it lies, and the probability of what happens there."""

    end: int
    stop: float
    change: float


def gaps(text: str) -> list[Gap]:
    """Return the gaps after all words of a text, in order."""
    places = [(m.end(), bare(m[0])) for m in re.finditer(r"\S+", text)]
    ends = [end for end, said in places for _ in said]
    heard = model().hear([word for _, said in places for word in said])
    return [Gap(*row) for row in zip(ends, heard.stop.tolist(), heard.change.tolist(), strict=True)]


def told(text: str) -> list[Note]:
    """Say what can be told of who speaks in a text without labels, and how sure that is."""
    if languages.detect(text) not in {None, "en"}:
        return []
    heard = model().hear([word for part in text.split() for word in bare(part)])
    likely = heard.change[heard.changes() == 1]
    if not len(likely):
        return []
    n_even = int((likely > 0.5).sum())  # noqa: PLR2004 - more likely than not
    return [
        Note(
            "guessed",
            f"{count(len(likely), 'likely change')} of speaker, {n_even} of them more likely than not; two voices made of such have "
            f"{RIGHT:.2f} of the words right on interviews held out, below {CONFIDENT:.2f}: nobody is told apart "
            "(themekit.turns.assign lets you say who speaks)",
        )
    ]


N_FEATURES = 2**17
_KINDS = ("stop", "change", "asks")
_NEAR, _AROUND = 6, 12


def features(words: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return what stands around the gap after each word, as numbers of features.

    Returns
    -------
    numpy.ndarray of shape (n_words, n), numpy.ndarray of shape (n_words, m)
        Runs of one to three words at the gap; and the words further about, which tell who asks.
    """
    padded = ["<"] * _AROUND + list(words) + [">"] * (_AROUND + 1)
    single = np.array([zlib.crc32(w.encode("utf-8", "surrogatepass")) for w in padded], dtype=np.uint64)
    ends = np.array([zlib.crc32(w[-3:].encode("utf-8", "surrogatepass")) for w in padded], dtype=np.uint64)
    n = len(words)

    def at(numbers: NDArray[np.uint64], shift: int) -> NDArray[np.uint64]:
        return numbers[_AROUND + shift : _AROUND + shift + n]

    runs = [
        (0,),
        (1,),
        (-1,),
        (2,),
        (-2,),
        (3,),
        (0, 1),
        (-1, 0),
        (1, 2),
        (-2, -1),
        (2, 3),
        (-1, 0, 1),
        (0, 1, 2),
        (1, 2, 3),
        (-2, -1, 0),
        (-1, 2),
        (0, 2),
        (-1, 1),
    ]
    at_gap = [_mixed([at(single, shift) for shift in run], salt) for salt, run in enumerate(runs)]
    at_gap += [
        _mixed([at(ends, shift) for shift in run], 50 + salt)
        for salt, run in enumerate([(0,), (1,), (0, 1), (-1, 0), (1, 2)])
    ]
    # Words before and after count alike wherever they stand, and not the same on both sides.
    before = [_mixed([at(single, -shift)], 80) for shift in range(_NEAR)]
    after = [_mixed([at(single, 1 + shift)], 81) for shift in range(_NEAR)]
    about = [_mixed([at(single, shift)], 90) for shift in range(-_AROUND, _AROUND)]
    about += [_mixed([at(single, shift), at(single, shift + 1)], 91) for shift in range(-_AROUND, _AROUND)]
    return np.stack(at_gap + before + after, axis=1), np.stack(about, axis=1)


def _mixed(parts: Sequence[NDArray[np.uint64]], salt: int) -> NDArray[np.int64]:
    mixed = np.full(len(parts[0]), 0x9E3779B97F4A7C15 + salt, dtype=np.uint64)
    for part in parts:
        mixed = (mixed ^ part) * np.uint64(0x100000001B3)
        mixed ^= mixed >> np.uint64(29)
    return (mixed % np.uint64(N_FEATURES)).astype(np.int64)


@dataclass(frozen=True)
class Model:
    """Weights of three logistic regressions over the features of a gap, each with its constant at the end."""

    weights: dict[str, NDArray[np.float32]]

    def hear(self, words: Sequence[str]) -> Heard:
        """Listen to a stream of bare words."""
        if not words:
            return Heard(*(np.zeros(0) for _ in _KINDS))
        at_gap, about = features(words)
        return Heard(*(self._probability(kind, about if kind == "asks" else at_gap) for kind in _KINDS))

    def _probability(self, kind: str, found: NDArray[np.int64]) -> NDArray[np.float64]:
        weight = self.weights[kind].astype(np.float64)
        made: NDArray[np.float64] = 1 / (1 + np.exp(-(weight[found].sum(axis=1) + weight[-1])))
        return made


@lru_cache(maxsize=1)
def model() -> Model:
    """Return the shipped weights."""
    from safetensors.numpy import load  # noqa: PLC0415 - loaded when unlabelled speech is read

    return Model(load((files("themekit") / "data" / "turns" / "model.safetensors").read_bytes()))
