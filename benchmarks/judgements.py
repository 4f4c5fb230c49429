"""What do judgements gain, and do p-values keep their level when the judged passages are held out?

    python benchmarks/judgements.py [--encoder static,minilm] [--only gain,shuffled,style] [--quick]

No person judged anything here. The reader is simulated, asks for what ``themekit.judgements.proposals`` proposes, and errs one time in
ten. It can know what is true because the corpora are made: of the catalogue's scenes, which a language model wrote, cut into
passages. An author of ``gain`` has twelve documents, one on each of the twelve domains, of twelve passages: the two to five of the scene that shows
the author's concept in this domain, and passages of scenes of concepts that are nobody's. So what shows the theme is known for
each passage, and what is learnt in some domains is tested in others. Scenes are made to show something, and three passages
of ten show the author's theme: real essays are less plain.

- ``gain``: the planted concepts are candidates by a gloss alone, or by a gloss and twelve sentences; none of the scenes that are
  planted is in its direction (all scenes have part in the discriminant that every direction is seen through, a concept's own one of
  150). Figures are of the documents that hold no judged passage. "Sorted right" is the average precision of the author's passages when
  they are ordered by the concept.
- ``shuffled``: essays of ``benchmarks/development`` dealt anew to twelve authors, so that nobody has a theme. A reader who believes in the
  theme that leads in an author says yes to nine in ten of the passages proposed. The share of p-values of at most 0.05 should be at most
  0.05, with documents held out; beside it without, which is what one would get by testing a concept on what it was made of.
- ``style``: the same reader, and the essays by their true authors, judged for concepts (of the first 60) that the author was not
  given. People differ, so that p-values are not uniform here even before anything is judged; what judging could add is how an author
  writes in place of what is seen. Beside it what would be learnt if the author's other passages were not taken out. The p is that of
  the one concept, by permutation, not adjusted for the others.
"""

from __future__ import annotations

import argparse
import json
import logging
import tempfile
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pandas as pd
from sklearn.metrics import average_precision_score

import themekit
from themekit import concepts, sharpening
from themekit.concepts import Concept, catalogue, scenes
from themekit.encoders import find_encoder
from themekit.judgements import Judgements, halves, proposals, sharpen
from themekit.passages import N_SENTENCES, pack, sentences
from themekit.themes import ThemeEstimator, contribution_scores

ROOT = Path(__file__).resolve().parent.parent
DEVELOPMENT = ROOT / "benchmarks" / "development"
AUTHORS, PASSAGES = 24, 12
ERRS = 0.1
N_CANDIDATES = 60
AT = (10, 30)


def left_in(lies, rows, yes, no, *_):
    """What would be learnt if the rest of the author's passages were not taken out."""
    return yes @ lies[rows] / max(yes.sum(), 1) - sharpening.DENIED * (no @ lies[rows]) / max(no.sum(), 1)


BOTH = {"the author's rest taken out": sharpening.learnt, "the author's rest left in": left_in}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--encoder", default="static,minilm")
    parser.add_argument("--only", default="gain,shuffled,style", help="some of %(default)s")
    parser.add_argument("--quick", action="store_true", help="a fifth of everything")
    asked = parser.parse_args()
    logging.disable(logging.WARNING)
    for encoder in asked.encoder.split(","):
        for name in asked.only.split(","):
            begun = time.perf_counter()
            study, n = STUDIES[name]
            study(encoder, max(1, n // 5) if asked.quick else n)
            print(f"\n({name}: {time.perf_counter() - begun:.0f} s)", flush=True)


def gain(encoder: str, n: int) -> None:
    rows = []
    for seed in range(n):
        for kind in ("gloss", "gloss and twelve sentences"):
            rows += [(kind, *row) for row in gained(encoder, seed, kind)]
    names = ["concept", "judgements", "sorted", "effect", "rank", "p", "found", "yes", "no", "of"]
    table = pd.DataFrame(rows, columns=names)
    print(f"\n## What judgements gain, {encoder}: {n} worlds of {AUTHORS} authors, reader errs {ERRS:.0%}\n")
    print(
        "| concept given by | judgements | sorted right | effect | first of the candidates | p at most 0.05 | found |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for (kind, at), some in table.groupby(["concept", "judgements"]):
        print(
            f"| {kind} | {at} | {some['sorted'].mean():.3f} | {some['effect'].mean():.2f} | {(some['rank'] == 1).mean():.2f} | "
            f"{(some['p'] <= 0.05).mean():.2f} | {some['found'].mean():.2f} |"
        )
    wide = table.assign(who=table.groupby(["concept", "judgements"]).cumcount())
    wide = wide.pivot_table(index=["concept", "who"], columns="judgements", values="sorted")
    better = {at: (wide[at] > wide[0]).groupby("concept").mean().round(2).to_dict() for at in AT}
    said = table[table["judgements"] > 0].groupby("judgements")[["yes", "no"]].mean().round(1)
    print(
        f"\nshare of authors whose passages are sorted better than before: {better}; answers: {said.to_dict('index')}; "
    )
    print(f"share of passages that show the theme: {table['of'].mean():.2f}")


def gained(encoder: str, seed: int, kind: str) -> list[tuple]:
    rng = np.random.default_rng(seed)
    corpus, shown, themes = made(rng)
    candidates = [
        c if c.name not in themes.values() else Concept(c.name, c.gloss, exemplars=own_exemplars(c, kind))
        for c in catalogue()
    ]
    result = themekit.mine(corpus, encoder=encoder, concepts=candidates, n_permutations=1000)
    truth = is_shown(result, shown)
    rows = []
    for author, theme in themes.items():
        with tempfile.TemporaryDirectory() as folder:
            desk = Judgements.open(folder, judge="simulated")
            for at in AT:
                read(
                    result,
                    author,
                    theme,
                    desk,
                    at,
                    lambda i: bool(truth[i]),
                    np.random.default_rng([seed, at]),
                )
                with patch.object(sharpening, "ThemeEstimator", partial(ThemeEstimator, n_bootstrap=300)):
                    sharpened = sharpen(result, desk, concepts=candidates)
                    _ = sharpened.after
                test = tested(result, sharpened, author)
                yes, no = sharpened.account[["n_yes", "n_no"]].iloc[0]
                # Before: on the documents that thirty leave, as those they are set beside.
                for n in (0, at) if at == AT[-1] else (at,):
                    row = (sharpened.after if n else sharpened.before).iloc[0]
                    score = sharpened.scores(theme, before=not n)[test]
                    figures = (
                        average_precision_score(truth[test], score),
                        row["effect"],
                        row["rank"],
                        row["p_value"],
                    )
                    rows.append((n, *figures, row["verdict"] == "found", yes, no, truth[test].mean()))
    return rows


def own_exemplars(concept: Concept, kind: str) -> dict[str, str]:
    if kind == "gloss":
        return {}
    return {f"own {i}": sentence for i, sentence in enumerate(concept.exemplars.values(), start=1)}


def made(
    rng: np.random.Generator,
) -> tuple[themekit.Corpus, dict[str, list[tuple[int, int]]], dict[str, str]]:
    """Return a corpus of scenes, where each document shows its author's theme, and the themes."""
    names = [c.name for c in catalogue()]
    themes = {f"Author {i:02d}": names[k] for i, k in enumerate(rng.permutation(len(names))[:AUTHORS])}
    free = [name for name in names if name not in set(themes.values())]
    texts, authors, titles, shown = [], [], [], {}
    for domain, by_concept in scenes().items():
        pool = [p for name in free for p in cut(by_concept[name])]
        pool = [pool[i] for i in rng.permutation(len(pool))]
        for author, theme in themes.items():
            own = cut(by_concept[theme])
            parts = [(p, True) for p in own] + [(pool.pop(), False) for _ in range(PASSAGES - len(own))]
            text, spans = "", []
            for k in rng.permutation(len(parts)):
                part, is_own = parts[k]
                spans += [(len(text), len(text) + len(part))] if is_own else []
                text += part + "\n\n"
            title = f"{author}, {domain}"
            texts.append(text.rstrip())
            authors.append(author)
            titles.append(title)
            shown[title] = spans
    return themekit.Corpus.from_texts(texts, author=authors, titles=titles), shown, themes


def cut(scene: str) -> list[str]:
    return [scene[s.start : s.end] for s in pack(sentences(scene, 0, len(scene), "en"), N_SENTENCES)]


def is_shown(result: themekit.Result, shown: dict[str, list[tuple[int, int]]]) -> np.ndarray:
    """Say of each passage whether at least half of it is of the planted scene."""
    titles = result.documents.set_index("document_id")["title"]
    out = []
    for p in result.passages.itertuples(index=False):
        inside = sum(
            max(0, min(p.end, end) - max(p.start, start)) for start, end in shown[titles[p.document_id]]
        )
        out.append(2 * inside >= p.end - p.start)
    return np.array(out)


def read(
    result: themekit.Result, author: str, theme: str, desk: Judgements, until: int, is_true, rng: np.random.Generator, errs: float = ERRS
) -> None:  # fmt: skip
    """Judge what is proposed, five at a time, until so many are judged."""
    number = {p: i for i, p in enumerate(result.passages["passage_id"])}
    while (n := len(desk.table)) < until:
        asked = proposals(result, author, theme, desk).head(min(5, until - n))
        if asked.empty:
            return
        for p in asked.itertuples(index=False):
            answer = is_true(number[p.passage_id]) != (rng.random() < errs)
            desk.add(
                theme=theme, document_id=p.document_id, source=p.source, start=p.start, end=p.end, quote=p.quote,
                answer="yes" if answer else "no",
            )  # fmt: skip


def tested(result: themekit.Result, sharpened: themekit.judgements.Sharpened, author: str) -> np.ndarray:
    documents = sharpened.account["test"].iloc[0]
    passages = result.passages
    return np.flatnonzero(passages["document_id"].isin(documents) & (passages["author"] == author))


def shuffled(encoder: str, n: int) -> None:
    rows = []
    for seed in range(n):
        rng = np.random.default_rng(seed)
        documents = themekit.read(DEVELOPMENT).documents
        some = documents.iloc[rng.permutation(len(documents))[: 8 * 12]]
        names = np.repeat([f"Dealt {i:02d}" for i in range(12)], 8)
        corpus = themekit.Corpus.from_texts(some["text"].tolist(), author=names.tolist())
        result = themekit.mine(corpus, encoder=encoder, n_permutations=500)
        leading = result.themes[result.themes["rank"] == 1].set_index("author")["concept"]
        rows += [row for author in leading.index for row in believed(result, author, leading[author], rng)]
    levels("Nobody has a theme: labels dealt anew", encoder, rows)


def style(encoder: str, n: int) -> None:
    gold = pd.DataFrame(json.loads((DEVELOPMENT / "gold.json").read_text("utf-8"))["authors"]).set_index(
        "author"
    )
    documents = themekit.read(DEVELOPMENT).documents
    names = [c.name for c in catalogue()[:N_CANDIDATES]]
    rows = []
    for _, alike in gold.groupby("subjects"):
        some = documents[documents["author"].isin(alike.index)]
        corpus = themekit.Corpus.from_texts(some["text"].tolist(), author=some["author"].tolist())
        result = themekit.mine(corpus, encoder=encoder, concepts=names, n_permutations=2)
        for i, author in enumerate(sorted(alike.index)):
            rng = np.random.default_rng(i)
            others = [k for k, name in enumerate(names) if name != alike.loc[author, "theme"]]
            for concept in rng.choice(others, n, replace=False):
                rows += styled(result, author, result.directions[concept], rng)
    table = pd.DataFrame(rows, columns=["concept", "judgements", "effect", "p"])
    print(f"\n## Real authors, a concept that they were not given, {encoder}: a reader who believes in it\n")
    print(
        "| concept | judgements | n | mean effect, documents held out | p of this one concept at most 0.05 |\n| --- | --- | --- | --- | --- |"
    )
    for (way, at), some in table.groupby(["concept", "judgements"], sort=False):
        print(
            f"| {way} | {at} | {len(some)} | {some['effect'].mean():.2f} | {(some['p'] <= 0.05).mean():.2f} |"
        )


def styled(result: themekit.Result, author: str, prior: np.ndarray, rng: np.random.Generator) -> list[tuple]:
    """Return effect and p of an author's documents that were held out, for the concept as it was and as it is."""
    lies, passages = sharpening._lie(result), result.passages  # noqa: SLF001 - a study of its parts
    authors = passages["author"].to_numpy(dtype=str)
    codes, ids = pd.factorize(passages["document_id"], sort=True)
    whose = authors[np.unique(codes, return_index=True)[1]]
    is_discovery = passages["document_id"].isin(halves(result, author)[0]).to_numpy()
    is_left = ~np.isin(ids, halves(result, author)[0])
    discriminant = concepts.frame(find_encoder(result.settings["encoder"])).discriminant.astype(float)
    ordered = np.flatnonzero(is_discovery)[np.argsort(-lies[is_discovery] @ prior, kind="stable")]
    directions = {("as it was", 0): prior}
    for at in AT:
        asked = ordered[:at]
        yes = (rng.random(len(asked)) >= ERRS).astype(float)
        n = yes.sum() + sharpening.DENIED * (1 - yes).sum()
        for way, learnt in BOTH.items():
            moved = learnt(lies, asked, yes, 1 - yes, authors, is_discovery) @ discriminant
            length = sharpening.REACH * n / (n + sharpening.HALFWAY)
            directions[way, at] = unit(prior + length * unit(moved))
    scores = contribution_scores(lies @ np.array(list(directions.values())).T, codes)[is_left]
    own = whose[is_left] == author
    dealt = np.array([rng.permutation(len(own))[: own.sum()] for _ in range(500)])
    rows = []
    for key, score in zip(directions, scores.T, strict=True):
        effect = (score[own].mean() - score[~own].mean()) / score[~own].std(ddof=1)
        at_least = (score[dealt].mean(axis=1) >= score[own].mean() - 1e-12).sum()
        rows.append((*key, effect, (1 + at_least) / (1 + len(dealt))))
    return rows


def unit(vector: np.ndarray) -> np.ndarray:
    return vector / np.linalg.norm(vector)


def believed(result: themekit.Result, author: str, theme: str, rng: np.random.Generator) -> list[tuple]:
    """Judge as one who believes in the theme; return p before and after, with and without holding out."""
    rows = []
    quick = partial(ThemeEstimator, n_bootstrap=2)  # no interval is looked at here
    with tempfile.TemporaryDirectory() as folder:
        desk = Judgements.open(folder, judge="simulated")
        for at in AT:
            read(result, author, theme, desk, at, lambda _: True, rng)
            sharpened = sharpen(result, desk)
            for held in (True, False):
                with patch.object(sharpening, "ThemeEstimator", quick):
                    trial = sharpening._Trial.of(replace(sharpened, is_held_out=held), 0)  # noqa: SLF001 - p without holding out is for nobody else
                for when, fit in zip(("before", "after"), trial.fits, strict=True):
                    row = fit.themes_.set_index(["author", "concept"]).loc[author, theme]
                    rows.append(
                        (at, "held out" if held else "not held out", when, row["p_value"], row["effect"])
                    )
    return rows


def levels(title: str, encoder: str, rows: list[tuple]) -> None:
    table = pd.DataFrame(rows, columns=["judgements", "judged documents", "concept", "p", "effect"])
    print(f"\n## {title}, {encoder}: a reader who believes in it\n")
    print("| judgements | judged documents | concept | n | p at most 0.05 | p at most 0.01 | mean effect |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for key, some in table.groupby(["judgements", "judged documents", "concept"], sort=False):
        shares = [f"{(some['p'] <= level).mean():.3f}" for level in (0.05, 0.01)]
        print(
            f"| {' | '.join(map(str, key))} | {len(some)} | {' | '.join(shares)} | {some['effect'].mean():.2f} |",
            flush=True,
        )


STUDIES = {"gain": (gain, 5), "shuffled": (shuffled, 20), "style": (style, 4)}

if __name__ == "__main__":
    main()
