"""Build the shipped background: ``themekit/data/background``, passage vectors without texts, per encoder.

Two registers: ``contemporary``, the shipped corpora; ``public domain``, essays by fourteen authors from
Montaigne (in Cotton's translation) to Woolf, from a folder of texts that is not part of the project::

    python benchmarks/build_background.py FOLDER-OF-ESSAYISTS

From each author's essays 12 are taken, evenly by name, and from each essay at most 16 passages, evenly by
place: 3,000 to 5,000 passages are enough for means and quartiles, and keep the file small. What is in the
files are vectors (float16), and numbers for contribution and author; no text and no name.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

import themekit
from themekit import background
from themekit.background import Background

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "themekit" / "data" / "background"
ENCODERS = ("minilm", "static")
N_ESSAYS, N_PASSAGES = 12, 16


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("essayists", type=Path, help="one folder per author")
    essayists = parser.parse_args().essayists
    for name in ENCODERS:
        encoder = themekit.find_encoder(name)
        ours = background.build(themekit.read(ROOT / "corpora"), encoder, register="contemporary")
        theirs = background.build(
            themekit.read(essayists, authors_from_folders=True), encoder, register="public domain"
        )
        both = joined(thinned(ours), thinned(theirs))
        both.save(TARGET)
        size = sum(f.stat().st_size for f in TARGET.iterdir()) / 1e6
        print(f"{both}; {size:.1f} MB in {TARGET.name} so far")


def thinned(whole: Background) -> Background:
    """Keep some contributions of each author and some passages of each contribution."""
    kept = []
    for author in np.unique(whole.contribution_authors):
        own = np.flatnonzero(whole.contribution_authors == author)
        kept += own[evenly(len(own), N_ESSAYS)].tolist()
    rows = []
    for contribution in kept:
        own = np.flatnonzero(whole.contributions == contribution)
        rows += own[evenly(len(own), N_PASSAGES)].tolist()
    return Background(
        whole.name,
        whole.encoder_key,
        whole.vectors[rows],
        np.searchsorted(kept, whole.contributions[rows]),
        whole.contribution_authors[kept],
        whole.contribution_kinds[kept],
        tuple(whole.registers[i] for i in kept),
    )


def evenly(n: int, n_kept: int) -> np.ndarray:
    return np.unique(np.linspace(0, n - 1, min(n, n_kept)).round().astype(int))


def joined(one: Background, other: Background) -> Background:
    return Background(
        "shipped",
        one.encoder_key,
        np.concatenate([one.vectors, other.vectors]),
        np.concatenate([one.contributions, other.contributions + len(one.contribution_authors)]),
        np.concatenate(
            [one.contribution_authors, other.contribution_authors + one.contribution_authors.max() + 1]
        ),
        np.concatenate([one.contribution_kinds, other.contribution_kinds]),
        one.registers + other.registers,
    )


if __name__ == "__main__":
    main()
