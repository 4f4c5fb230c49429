"""Can it be trusted: are p-values uniform, do intervals cover, are found themes real, how much text does it take?

    python benchmarks/trust.py [FOLDER] [--encoder static|minilm] [--only shuffled,coverage,discovery,power,...] [--quick]

All of it runs the estimator itself (``themekit.themes.ThemeEstimator``) on the passages of real corpora whose
labels were dealt anew, so that nobody has a theme but where one was planted. Whom a text is by is dealt over
contributions, within kind. What is planted: in so many of 100 passages of an author the concept's direction is added to the
vector, as strongly as the authors of ``corpora`` show theirs (their passages' surplus on their own theme, over the
share of passages in which they enact it, which is 0.4 by their writers' instruction). A strength is drawn from
these authors for each planted one. Where one author is looked at, the texts are by those without a theme (``gold.json``),
of each in turn, and the others are authors with a theme as they wrote.

The tables:

- ``shuffled``: p of the leading concept and verdicts where nobody has a theme. Beside it, once, what comes of shuffling
  passages: those of one contribution are alike, so that the p is far too small.
- ``coverage``: how often the 95 % interval holds the true effect, by number of documents, where the others stay who they are;
  where they are drawn anew, too, the effect is another in each group, and no interval from one group holds the mean over groups as
  often. Beside it passages resampled (their mean, 1.96 standard errors).
- ``discovery``: of the authors found, how many have no theme, over 44 authors.
- ``power``: found, with the right name, by documents and by passages in 100.
- ``words``, ``others``, ``overlap``: what the thresholds ``NEEDED`` of ``themes.py`` rest on: power by passages of a document,
  level and power by comparable contributions, and false finds where the author's subjects are shared with nobody.
"""

from __future__ import annotations

import argparse
import json
import logging
import time
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pandas as pd
from planted import N_FIRST
from scipy.stats import binomtest, t

import themekit
from themekit import concepts, encoders, themes, topics
from themekit.themes import ThemeEstimator, topic_residuals

ROOT = Path(__file__).resolve().parent.parent
SHOWN = ROOT / "corpora"
"""Whose authors say how strongly a theme shows: the directions of concepts learnt from none of them."""
ENACTED = 0.4
AUTHORS = 12
"""In a world of shuffled labels, and beside an author whose power is looked at (one less)."""


@dataclass(frozen=True)
class Pool:
    """Passages by number, with the contribution each is of; a world is drawn from it."""

    vectors: np.ndarray
    topics: np.ndarray
    contribution: np.ndarray
    author: np.ndarray
    kind: np.ndarray
    n_words: np.ndarray
    directions: np.ndarray
    names: list[str]
    strengths: np.ndarray
    without: np.ndarray
    added: tuple[np.ndarray, np.ndarray]

    @classmethod
    def of(cls, folder: Path, encoder: str, strengths: np.ndarray | None = None) -> Pool:
        corpus, found = themekit.read(folder), encoders.find_encoder(encoder)
        passages = themekit.split_passages(corpus, found)
        vectors = encoders.embed(passages["text"].tolist(), found).astype(np.float64)
        kinds = corpus.documents.set_index("document_id")["kind"]
        pairs = pd.MultiIndex.from_frame(passages[["document_id", "author"]])
        codes, unique = pd.factorize(pairs, sort=True)
        frame = pd.DataFrame(list(unique), columns=["document_id", "author"])
        words = passages["text"].str.split().str.len().groupby(codes).sum().to_numpy()
        whole = concepts.catalogue()
        directions = concepts.vectors(whole, found)
        topic = topics.cluster(vectors)
        residuals = topic_residuals(vectors, topic, codes, leave_out=False)
        scores = residuals @ directions.T
        names = [c.name for c in whole]
        gold = json.loads((folder / "gold.json").read_text(encoding="utf-8"))["authors"]
        no_theme = {row["author"] for row in gold if row["theme"] is None}
        if strengths is None:
            strengths = surplus(
                passages["author"].to_numpy(),
                passages["document_id"].map(kinds).to_numpy(dtype=str),
                scores,
                names,
                gold,
            )
        return cls(
            vectors, topic, codes, frame["author"].to_numpy(), frame["document_id"].map(kinds).to_numpy(dtype=str), words,
            directions, names, strengths, np.array(sorted(no_theme)), how_much(vectors, topic, codes, directions),
        )  # fmt: skip

    def plant(self, rows: np.ndarray, concept: int, strength: float) -> np.ndarray:
        """Return the passages with a concept shown as strongly as asked, in standard deviations of a passage's score."""
        amount = np.interp(strength, *self.added)
        planted = rows + amount * self.directions[concept]
        return planted / np.linalg.norm(planted, axis=1, keepdims=True)


def surplus(
    author: np.ndarray, kind: np.ndarray, scores: np.ndarray, names: list[str], gold: list[dict]
) -> np.ndarray:
    """By how much authors with a theme show it above others, in standard deviations of a passage, where they do show it."""
    out = []
    for row in gold:
        if row["theme"] in names:
            own, score = author == row["author"], scores[:, names.index(row["theme"])]
            others = score[~own & np.isin(kind, kind[own])]
            out.append((score[own].mean() - others.mean()) / others.std() / ENACTED)
    return np.sort(out)


def how_much(
    vectors: np.ndarray, topic: np.ndarray, codes: np.ndarray, directions: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return by how much scores rise for so much of a direction, over a few concepts."""
    amounts = np.linspace(0, 1.5, 16)
    rises = []
    for amount in amounts:
        each = []
        for direction in directions[:8]:
            moved = vectors + amount * direction
            moved /= np.linalg.norm(moved, axis=1, keepdims=True)
            # Half are moved and half are not, so that the topics' means stay about where they are.
            half = np.arange(len(vectors)) % 20 == 0
            mixed = np.where(half[:, None], moved, vectors)
            score = topic_residuals(mixed, topic, codes, leave_out=False) @ direction
            before = topic_residuals(vectors, topic, codes, leave_out=False) @ direction
            each.append((score[half] - before[half]).mean() / before.std())
        rises.append(np.mean(each))
    return np.array(rises), amounts


@dataclass
class World:
    """A corpus in the making: which contributions of the pool are whose, and what was planted in whom."""

    pool: Pool
    contributions: np.ndarray
    labels: np.ndarray
    planted: dict[str, tuple[int, float, float]]

    def build(
        self, rng: np.random.Generator, n_passages: int | None = None
    ) -> tuple[pd.DataFrame, np.ndarray, np.ndarray, pd.DataFrame]:
        pool, rows, new = self.pool, [], []
        for i, contribution in enumerate(self.contributions):
            own = np.flatnonzero(pool.contribution == contribution)
            if n_passages:
                begin = rng.integers(max(1, len(own) - n_passages + 1))
                own = own[begin : begin + n_passages]
            rows.append(own)
            new.append(np.full(len(own), i))
        row, number = np.concatenate(rows), np.concatenate(new)
        vectors = pool.vectors[row].copy()
        for label, (concept, share, strength) in self.planted.items():
            for i in np.flatnonzero(self.labels == label):
                own = np.flatnonzero(number == i)
                n = int(np.floor(share * len(own) + rng.random()))
                some = rng.permutation(own)[:n]
                vectors[some] = pool.plant(vectors[some], concept, strength)
        ids = np.array([f"d{i:04d}" for i in range(len(self.contributions))])
        passages = pd.DataFrame({"document_id": ids[number], "author": self.labels[number]})
        contributions = pd.DataFrame(
            {
                "document_id": ids, "author": self.labels, "n_words": pool.n_words[self.contributions],
                "kind": pool.kind[self.contributions], "year": 2000.0,
            }
        )  # fmt: skip
        return passages, vectors, np.unique(pool.topics[row], return_inverse=True)[1], contributions


def fit(pool: Pool, parts: tuple, n_candidates: int, seed: int, n_bootstrap: int = 200) -> ThemeEstimator:
    passages, vectors, topic, contributions = parts
    estimator = ThemeEstimator(n_permutations=999, n_bootstrap=n_bootstrap, seed=seed)
    with patch.dict(themes.NEEDED, dict.fromkeys(themes.NEEDED, 0)):  # verdicts without thresholds
        return estimator.fit(
            passages, vectors, topic, pool.directions[:n_candidates], pool.names[:n_candidates], contributions
        )


def dealt(pool: Pool, rng: np.random.Generator, n_authors: int) -> World:
    """Some authors' contributions, dealt anew among them within kind."""
    some = rng.permutation(np.unique(pool.author))[:n_authors]
    contributions = np.flatnonzero(np.isin(pool.author, some))
    labels = pool.author[contributions].copy()
    for kind in np.unique(pool.kind[contributions]):
        here = np.flatnonzero(pool.kind[contributions] == kind)
        labels[here] = rng.permutation(labels[here])
    return World(pool, contributions, labels.astype(object), {})


def shuffled(pool: Pool, n: int) -> None:
    print(f"\n### Shuffled authors: {n:,} shuffles of {AUTHORS} authors\n")
    marks = (0.01, 0.05, 0.1, 0.25, 0.5, 0.75)
    print(
        f"| resampled | candidates | {' | '.join(f'p <= {m}' for m in marks)} | 95 % for 0.05 | found, of 100 authors | any found, of 100 shuffles |"
    )
    print("| --- |" + " --- |" * (len(marks) + 4))
    by_passage: list[float] = []
    for candidates in (N_FIRST, len(pool.names)):
        rng, leading, found = np.random.default_rng(candidates), [], []
        for seed in range(n):
            world = dealt(pool, rng, AUTHORS)
            parts = world.build(rng)
            estimator = fit(pool, parts, candidates, seed)
            leading.append(estimator.themes_.query("rank == 1")["p_value"].to_numpy())
            found.append((estimator.authors_["verdict"] == "found").to_numpy())
            if candidates == N_FIRST and seed < n // 5:
                by_passage += passages_shuffled(pool, parts, candidates, rng)
        p, verdicts = np.concatenate(leading), np.concatenate(found)
        any_found = np.mean([f.any() for f in found])
        print(
            f"| contributions | {candidates} | {shares(p, marks)} | {100 * verdicts.mean():.2f} | {100 * any_found:.1f} |",
            flush=True,
        )
    print(
        f"| passages (not what themekit does) | {N_FIRST} | {shares(np.array(by_passage), marks)} | | |",
        flush=True,
    )


def shares(p: np.ndarray, marks: tuple[float, ...]) -> str:
    interval = binomtest(int((p <= 0.05).sum()), len(p)).proportion_ci(method="wilson")
    return (
        " | ".join(f"{(p <= m).mean():.3f}" for m in marks) + f" | {interval.low:.3f} to {interval.high:.3f}"
    )


def passages_shuffled(pool: Pool, parts: tuple, n_candidates: int, rng: np.random.Generator) -> list[float]:
    """Return each author's p where labels are shuffled over passages."""
    passages, vectors, topic, _ = parts
    names, author = np.unique(passages["author"].to_numpy(dtype=str), return_inverse=True)
    scores = topic_residuals(vectors, topic, author, leave_out=False) @ pool.directions[:n_candidates].T
    z = (scores - scores.mean(axis=0)) / scores.std(axis=0)
    counts = np.bincount(author)
    n, k = len(z), int(np.median(counts))
    null = np.sort([z[rng.permutation(n)[:k]].mean(axis=0).max() * k**0.5 for _ in range(200)])
    out = []
    for a in range(len(names)):
        largest = z[author == a].mean(axis=0).max() * counts[a] ** 0.5
        out.append((1 + (null >= largest).sum()) / (1 + len(null)))
    return out


def beside(
    pool: Pool, rng: np.random.Generator, *, n_own: int, share: float, strength: float, concept: int,
    n_others: int = AUTHORS - 1, people: np.ndarray | None = None,
) -> World:  # fmt: skip
    """One author made of texts by those who have no theme, of each in turn, beside authors with a theme as they are."""
    people = rng.permutation(np.setdiff1d(pool.author, pool.without)) if people is None else people
    others = np.flatnonzero(np.isin(pool.author, people[:n_others]))
    rest = rng.permutation(np.flatnonzero(np.isin(pool.author, pool.without)))
    turn = pd.Series(pool.author[rest]).groupby(pool.author[rest]).cumcount().to_numpy()
    own = rest[np.argsort(turn, kind="stable")][:n_own]
    labels = np.r_[pool.author[others].astype(object), np.full(len(own), "Planted", dtype=object)]
    planted = {"Planted": (concept, share, strength)} if share else {}
    return World(pool, np.r_[others, own], labels, planted)


def coverage(pool: Pool, n: int) -> None:
    """Draw an author again and again beside the same others: the mean of all draws is what an interval should hold."""
    draws = 20
    print(f"\n### Coverage of the 95 % interval: {max(2, n // draws)} groups of others, {draws} authors beside each, theme in 40 of 100\n")  # fmt: skip
    print(
        "| documents | true effect | covered | 95 % | with Student's t | others drawn anew, too | passages resampled |"
    )
    print("| --- |" + " --- |" * 6)
    strength = float(np.median(pool.strengths))
    for n_own in (4, 6, 8, 16, 32):
        rng, rows = np.random.default_rng(n_own), []
        for group in range(max(2, n // draws)):
            concept, people = group % N_FIRST, rng.permutation(np.setdiff1d(pool.author, pool.without))
            for seed in range(draws):
                world = beside(
                    pool, rng, n_own=n_own, share=ENACTED, strength=strength, concept=concept, people=people
                )
                parts = world.build(rng)
                estimator = fit(pool, parts, N_FIRST, seed, n_bootstrap=1000)
                of = estimator.themes_
                row = of[(of["author"] == "Planted") & (of["concept"] == pool.names[concept])].iloc[0]
                score = estimator.passage_scores_[(parts[0]["author"] == "Planted").to_numpy(), concept]
                error = score.std() / len(score) ** 0.5
                rows.append((group, row["effect"], row["low"], row["high"], score.mean(), error))
        frame = pd.DataFrame(rows, columns=["group", "effect", "low", "high", "mean", "error"])
        true = frame.groupby("group")[["effect", "mean"]].transform("mean")
        anew = frame["effect"].mean()
        # The mean of the draws holds each draw, too: what is left of its distance is made as wide as it would be without.
        stretch = (draws / (draws - 1)) ** 0.5
        wider = t.ppf(0.975, n_own - 1) / 1.96
        low, high, far, off = (
            frame["low"] - frame["effect"], frame["high"] - frame["effect"],
            (true["effect"] - frame["effect"]) * stretch, (true["mean"] - frame["mean"]) * stretch,
        )  # fmt: skip
        covered = (low <= far) & (far <= high)
        interval = binomtest(int(covered.sum()), len(frame)).proportion_ci(method="wilson")
        students = (low * wider <= far) & (far <= high * wider)
        print(
            f"| {n_own} | {anew:.2f} | {covered.mean():.3f} | {interval.low:.3f} to {interval.high:.3f} | {students.mean():.3f} | "
            f"{((frame['low'] <= anew) & (anew <= frame['high'])).mean():.3f} | {(off.abs() <= 1.96 * frame['error']).mean():.3f} |",
            flush=True,
        )


def discovery(pool: Pool, n: int) -> None:
    n_authors = len(np.unique(pool.author))
    print(f"\n### False discovery over {n_authors} authors: {n} worlds each, eight documents, theme in 40 of 100 passages\n")  # fmt: skip
    print("| with a theme | found, of these | right name | found without one, of 100 such | of the found, without a theme |\n| --- | --- | --- | --- | --- |")  # fmt: skip
    for n_planted in (0, n_authors // 5, n_authors // 2):
        rng, rows = np.random.default_rng(n_planted), []
        for seed in range(n):
            world = dealt(pool, rng, n_authors)
            names = rng.permutation(np.unique(world.labels.astype(str)))[:n_planted]
            world.planted = {
                str(name): (int(rng.integers(N_FIRST)), ENACTED, float(rng.choice(pool.strengths)))
                for name in names
            }
            of = fit(pool, world.build(rng), N_FIRST, seed).authors_
            found = of["verdict"] == "found"
            is_planted = of["author"].isin(names)
            right = [
                name in world.planted and theme == pool.names[world.planted[name][0]]
                for name, theme in zip(of["author"], of["meta_theme"], strict=True)
            ]
            rows.append(
                (
                    (found & is_planted).sum(), sum(right), is_planted.sum(), (found & ~is_planted).sum(), (~is_planted).sum(),
                    (found & ~is_planted).sum() / max(1, found.sum()),
                )
            )  # fmt: skip
        hits, right, planted, false, without, rate = np.array(rows, dtype=float).T
        of_planted = (
            f"{hits.sum() / planted.sum():.2f} | {right.sum() / planted.sum():.2f}" if n_planted else " | "
        )
        print(f"| {n_planted} | {of_planted} | {100 * false.sum() / without.sum():.2f} | {rate.mean():.3f} |", flush=True)  # fmt: skip


def seen(
    pool: Pool, rng: np.random.Generator, n: int, candidates: int, *, n_passages: int | None = None, **options: float
) -> tuple[float, float, float]:  # fmt: skip
    """Return how often an author is found, found with the right name, and has the right concept first."""
    found = right = first = 0
    for seed in range(n):
        concept = int(rng.integers(N_FIRST))
        world = beside(pool, rng, concept=concept, strength=float(rng.choice(pool.strengths)), **options)  # type: ignore[arg-type]
        estimator = fit(pool, world.build(rng, n_passages), candidates, seed)
        one = estimator.authors_.set_index("author").loc["Planted"]
        found += one["verdict"] == "found"
        right += one["meta_theme"] == pool.names[concept]
        of = estimator.themes_
        first += (
            of.loc[(of["author"] == "Planted") & (of["rank"] == 1), "concept"].item() == pool.names[concept]
        )
    return found / n, right / n, first / n


def power(pool: Pool, n: int) -> None:
    print(
        f"\n### Power: {n} authors a cell, beside {AUTHORS - 1} others with eight documents; thresholds off\n"
    )
    shares_shown = (0.2, 0.4, 0.6)
    print("| candidates | documents | " + " | ".join(f"{100 * s:.0f} of 100: found, right, first" for s in shares_shown) + " |")  # fmt: skip
    print("| --- | --- |" + " --- |" * len(shares_shown))
    for candidates in (N_FIRST, len(pool.names)):
        for n_own in (3, 4, 5, 6, 8, 16, 32) if candidates == N_FIRST else (4, 8, 16, 32):
            rng = np.random.default_rng(n_own)
            cells = [
                "{:.2f}, {:.2f}, {:.2f}".format(*seen(pool, rng, n, candidates, n_own=n_own, share=share))
                for share in shares_shown
            ]
            print(f"| {candidates} | {n_own} | {' | '.join(cells)} |", flush=True)


def words(pool: Pool, n: int) -> None:
    print(f"\n### Length: eight documents of so many passages (about 34 words each); {n} authors a cell, theme in 40 of 100\n")  # fmt: skip
    print("| passages a document | words in all | found, right, first | no theme: found |\n| --- | --- | --- | --- |")  # fmt: skip
    a_passage = pool.n_words.sum() / len(pool.vectors)
    for n_passages in (1, 2, 4, 7, 10, 14):
        rng = np.random.default_rng(n_passages)
        cell = seen(pool, rng, n, N_FIRST, n_own=8, share=ENACTED, n_passages=n_passages)
        none, _, _ = seen(pool, rng, n, N_FIRST, n_own=8, share=0.0, n_passages=n_passages)
        print(
            f"| {n_passages} | {8 * n_passages * a_passage:,.0f} | {', '.join(f'{c:.2f}' for c in cell)} | {none:.3f} |",
            flush=True,
        )


def others(pool: Pool, n: int) -> None:
    print(f"\n### Comparable contributions: eight documents beside so many; {n} authors a cell, theme in 40 of 100\n")  # fmt: skip
    print("| comparable contributions | found, right, first | no theme: found |\n| --- | --- | --- |")
    for n_others in (1, 2, 3, 5, 8, 11):
        rng = np.random.default_rng(n_others)
        cell = seen(pool, rng, n, N_FIRST, n_own=8, share=ENACTED, n_others=n_others)
        none, _, _ = seen(pool, rng, n, N_FIRST, n_own=8, share=0.0, n_others=n_others)
        print(f"| {8 * n_others} | {', '.join(f'{c:.2f}' for c in cell)} | {none:.3f} |", flush=True)


def overlap(pool: Pool, n: int) -> None:
    print(f"\n### Topics: so much of the author's text is on topics that others write on, too; {n} authors a cell, eight documents\n")  # fmt: skip
    print(
        "| topic overlap | theme in 40 of 100: found, right, first | no theme: found |\n| --- | --- | --- |"
    )
    for asked in (0.0, 0.1, 0.2, 0.4, 0.7, 1.0):
        rng, cells, measured = np.random.default_rng(int(100 * asked)), [], []
        for share in (ENACTED, 0.0):
            hits = np.zeros(3)
            for seed in range(n):
                concept = int(rng.integers(N_FIRST))
                parts = apart(pool, rng, asked, concept, share)
                estimator = fit(pool, parts, N_FIRST, seed)
                one = estimator.authors_.set_index("author").loc["Planted"]
                of = estimator.themes_
                leads = of.loc[(of["author"] == "Planted") & (of["rank"] == 1), "concept"].item()
                name = pool.names[concept]
                hits += (one["verdict"] == "found", one["meta_theme"] == name, leads == name)
                measured.append(one["topic_overlap"])
            cells.append(hits / n)
        print(
            f"| {np.mean(measured):.2f} | {', '.join(f'{c:.2f}' for c in cells[0])} | {cells[1][0]:.3f} |",
            flush=True,
        )


def apart(pool: Pool, rng: np.random.Generator, asked: float, concept: int, share: float) -> tuple:
    """An author of whose passages so many are on topics of the others; what others wrote on the rest is left out."""
    world = beside(
        pool, rng, n_own=8, share=share, strength=float(rng.choice(pool.strengths)), concept=concept
    )
    passages, vectors, topic, contributions = world.build(rng)
    is_own = (passages["author"] == "Planted").to_numpy()
    private = np.isin(topic, rng.permutation(np.unique(topic))[: len(np.unique(topic)) // 2])
    # Of the author's passages on the others' topics some are left out, until the share is as asked.
    shared_rows, private_rows = np.flatnonzero(is_own & ~private), np.flatnonzero(is_own & private)
    if asked < 1:
        n_shared = int(min(len(shared_rows), asked / (1 - asked) * len(private_rows)))
        n_private = int(
            min(len(private_rows), (1 - asked) / max(asked, 1e-9) * max(n_shared, 0) if asked else 1e9)
        )
    else:
        n_shared, n_private = len(shared_rows), 0
    keep = np.r_[
        np.flatnonzero(~is_own & ~private), rng.permutation(shared_rows)[:n_shared], rng.permutation(private_rows)[:n_private]
    ]  # fmt: skip
    keep.sort()
    kept = passages.iloc[keep].reset_index(drop=True)
    known = pd.MultiIndex.from_frame(kept[["document_id", "author"]])
    contributions = contributions[
        pd.MultiIndex.from_frame(contributions[["document_id", "author"]]).isin(known)
    ]
    return kept, vectors[keep], np.unique(topic[keep], return_inverse=True)[1], contributions


STUDIES = {
    "shuffled": (shuffled, 1000), "coverage": (coverage, 400), "discovery": (discovery, 25), "power": (power, 100),
    "words": (words, 100), "others": (others, 100), "overlap": (overlap, 100),
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "corpora")
    parser.add_argument("--encoder", default="static")
    parser.add_argument("--only", default=",".join(STUDIES), help="some of %(default)s")
    parser.add_argument("--quick", action="store_true", help="a tenth of everything")
    asked = parser.parse_args()
    logging.disable(logging.WARNING)
    pool = Pool.of(SHOWN, asked.encoder)
    strengths = pool.strengths
    if asked.folder.resolve() != SHOWN:
        pool = Pool.of(asked.folder, asked.encoder, strengths)
    print(
        f"## {asked.folder.name}, {asked.encoder}: {len(np.unique(pool.author))} authors, {len(pool.author)} contributions, "
        f"{len(pool.vectors):,} passages, {len(pool.names)} concepts; a passage that shows a theme stands "
        f"{np.median(strengths):.2f} standard deviations above others ({strengths.min():.2f} to {strengths.max():.2f}, "
        f"{len(strengths)} authors of {SHOWN.name})"
    )
    for name in asked.only.split(","):
        study, n = STUDIES[name]
        begun = time.perf_counter()
        study(pool, max(5, n // 10) if asked.quick else n)
        print(f"\n({name}: {time.perf_counter() - begun:.0f} s)", flush=True)


if __name__ == "__main__":
    main()
