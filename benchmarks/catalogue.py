"""Leave one domain out: does a held-out exemplar find its own concept?

For each of the twelve domains the concepts' directions are made of the other eleven, in the way that themekit
makes them (once with the exemplars alone, once with gloss and names), and each held-out sentence, less its domain's mean, is set against
all of them. Chance is 1 in 24 or 1 in 60 for the first rank. The catalogue was written by a language model.
"""

from __future__ import annotations

from collections import Counter

import numpy as np

from themekit.concepts import DOMAINS, catalogue
from themekit.encoders import embed, find_encoder


def main() -> None:
    concepts = catalogue()
    print("| encoder | directions of | concepts | first | in first three |\n| --- | --- | --- | --- | --- |")
    for name in ("minilm", "static"):
        encoder = find_encoder(name)
        sentences = [c.exemplars[d] for c in concepts for d in DOMAINS]
        vectors = embed(sentences, encoder).astype(np.float64).reshape(len(concepts), len(DOMAINS), -1)
        words = sum(
            unit(v - v.mean(axis=0))
            for v in (
                embed([f"{c.name}: {c.gloss}" for c in concepts], encoder).astype(np.float64),
                embed([", ".join([c.name, *c.synonyms]) for c in concepts], encoder).astype(np.float64),
            )
        )
        for what, extra in (("exemplars alone", 0.0), ("exemplars, gloss, names", 0.25)):
            for n in (24, len(concepts)):
                ranks, _ = leave_one_domain_out(vectors, extra * words, n)
                print(f"| {name} | {what} | {n} | {(ranks == 0).mean():.3f} | {(ranks < 3).mean():.3f} |")
        ranks, confused = leave_one_domain_out(vectors, 0.25 * words, len(concepts))
        by_concept = (ranks == 0).reshape(len(DOMAINS), -1).sum(axis=0)
        weakest = sorted(zip(by_concept.tolist(), [c.name for c in concepts], strict=True))[:8]
        print(f"\n{name}, weakest: {', '.join(f'{c} {k} of 12' for k, c in weakest)}")
        pairs = [
            f"{concepts[a].name} taken for {concepts[b].name} {k}" for (a, b), k in confused.most_common(8)
        ]
        print(f"{name}, most confused: {'; '.join(pairs)}\n", flush=True)


def leave_one_domain_out(vectors: np.ndarray, words: np.ndarray, n: int) -> tuple[np.ndarray, Counter]:
    residuals = vectors - vectors.mean(axis=0)
    ranks, confused = [], Counter()
    for held_out in range(vectors.shape[1]):
        others = np.delete(residuals, held_out, axis=1)
        means = others.mean(axis=1)
        within = (others - means[:, None]).reshape(-1, vectors.shape[2])
        scatter = within.T @ within / len(within)
        shrunk = scatter + 4 * np.trace(scatter) / len(scatter) * np.eye(len(scatter))
        directions = unit(unit(means @ np.linalg.inv(shrunk)) + words)[:n]
        cosines = unit(residuals[:n, held_out]) @ directions.T
        ranks.append((cosines > np.diag(cosines)[:, None]).sum(axis=1))
        confused.update((a, int(b)) for a, b in enumerate(cosines.argmax(axis=1)) if a != b)
    return np.concatenate(ranks), confused


def unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


if __name__ == "__main__":
    main()
