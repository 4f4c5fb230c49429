"""Leave one domain out: does a held-out exemplar find its own concept?

For each of the twelve domains the concepts' directions are made of the other eleven, in the way that themekit makes
them (with the exemplars alone; then with the other domains' scenes, the gloss and the names), and each held-out sentence,
less its domain's mean, is set against all of them. The catalogue was written by a language model; the writers
of the scenes saw names and glosses, not the exemplars.
"""

from __future__ import annotations

from collections import Counter

import numpy as np

from themekit.concepts import _SHRINKAGE, DOMAINS, _by_concept, _scene_passages, catalogue
from themekit.encoders import embed, find_encoder


def main() -> None:
    concepts = catalogue()
    sizes = [n for n in (24, 60, len(concepts)) if n <= len(concepts)]
    print("| encoder | directions of | concepts | first | in first three |\n| --- | --- | --- | --- | --- |")
    for name in ("minilm", "static"):
        encoder = find_encoder(name)
        sentences = [c.exemplars[d] for c in concepts for d in DOMAINS]
        vectors = embed(sentences, encoder).astype(np.float64).reshape(len(concepts), len(DOMAINS), -1)
        scenes = _scene_passages(encoder)
        words = sum(
            unit(v - v.mean(axis=0))
            for v in (
                embed([f"{c.name}: {c.gloss}" for c in concepts], encoder).astype(np.float64),
                embed([", ".join([c.name, *c.synonyms]) for c in concepts], encoder).astype(np.float64),
            )
        )
        for what, told, extra in (
            ("exemplars", None, 0),
            ("exemplars, scenes, gloss, names", scenes, words / 4),
        ):
            for n in sizes:
                ranks, confused = leave_one_domain_out(vectors, told, extra, n)
                print(f"| {name} | {what} | {n} | {(ranks == 0).mean():.3f} | {(ranks < 3).mean():.3f} |")
        by_concept = (ranks == 0).reshape(len(DOMAINS), -1).sum(axis=0)
        weakest = sorted(zip(by_concept.tolist(), [c.name for c in concepts], strict=True))[:16]
        print(f"\n{name}, weakest: {', '.join(f'{c} {k} of 12' for k, c in weakest)}")
        pairs = [
            f"{concepts[a].name} taken for {concepts[b].name} {k}" for (a, b), k in confused.most_common(16)
        ]
        print(f"{name}, most confused: {'; '.join(pairs)}\n", flush=True)


def leave_one_domain_out(
    vectors: np.ndarray, scenes: tuple[np.ndarray, ...] | None, words: np.ndarray | float, n: int
) -> tuple[np.ndarray, Counter]:
    concept, domain = (grid.ravel() for grid in np.indices(vectors.shape[:2]))
    flat = vectors.reshape(-1, vectors.shape[2])
    residuals = vectors - vectors.mean(axis=0)
    ranks, confused = [], Counter()
    for held_out in range(vectors.shape[1]):
        parts = [(flat, concept, domain)] + ([scenes] if scenes else [])
        shown, within = zip(*(without(*part, held_out) for part in parts), strict=True)
        scattered = np.concatenate(within)
        scatter = scattered.T @ scattered / len(scattered)
        shrunk = scatter + _SHRINKAGE * np.trace(scatter) / len(scatter) * np.eye(len(scatter))
        directions = unit(unit(sum(shown) @ np.linalg.inv(shrunk)) + words)[:n]
        cosines = unit(residuals[:n, held_out]) @ directions.T
        ranks.append((cosines > np.diag(cosines)[:, None]).sum(axis=1))
        confused.update((a, int(b)) for a, b in enumerate(cosines.argmax(axis=1)) if a != b)
    return np.concatenate(ranks), confused


def without(
    vectors: np.ndarray, concept: np.ndarray, domain: np.ndarray, held_out: int
) -> tuple[np.ndarray, np.ndarray]:
    keep = domain != held_out
    left = np.unique(domain[keep], return_inverse=True)[1]
    return _by_concept(vectors[keep], concept[keep], left)


def unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


if __name__ == "__main__":
    main()
