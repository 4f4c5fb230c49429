"""Build ``themekit/data/directions``: what the texts that define the catalogue come to, for each encoder that ships.

    python benchmarks/build_directions.py

The catalogue's sentences and scenes are in the package. Beside them, for concepts that whole essays were written for
(``benchmarks/crossed``: on each subject one essay for each of these concepts, each by another narrator), how such essays lie off others
on the same subject. To be run again whenever one of these texts or the static vectors change; a test says when it was forgotten.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import yaml

from themekit.concepts import Frame
from themekit.encoders import Encoder, embed, find_encoder
from themekit.passages import N_SENTENCES, pack, sentences

TEXTS = Path(__file__).resolve().parent / "crossed"
TARGET = TEXTS.parent.parent / "themekit" / "data" / "directions"


def main() -> None:
    TARGET.mkdir(exist_ok=True)
    for name in ("minilm", "static"):
        encoder = find_encoder(name)
        made = Frame.make(encoder, essays(encoder))
        for old in TARGET.glob(f"{encoder.key.split('/')[0]}-*.safetensors"):
            old.unlink()
        file = made.save(TARGET, encoder)
        print(f"{file.name}: {file.stat().st_size / 1e6:.1f} MB")


def essays(encoder: Encoder) -> dict[str, np.ndarray]:
    """Return by concept how whole essays that show it lie off others on the same subject.

    An essay is the mean of its passages, and that is a part of the subject's and a part of the concept's, by least squares (not every concept
    has an essay on every subject); the concepts' parts have mean zero.
    """
    rows = [
        (file.stem, concept, _mean_passage(essay, encoder))
        for file in sorted(TEXTS.glob("*.yml"))
        for concept, essay in yaml.safe_load(file.read_text(encoding="utf-8")).items()
    ]
    design = pd.get_dummies(pd.DataFrame(rows).iloc[:, :2], dtype=float)
    parts, *_ = np.linalg.lstsq(design.to_numpy(), np.array([mean for *_, mean in rows]), rcond=None)
    of_concept = parts[design.columns.str.startswith("1_")]
    return dict(
        zip(sorted({concept for _, concept, _ in rows}), of_concept - of_concept.mean(axis=0), strict=True)
    )


def _mean_passage(essay: str, encoder: Encoder) -> np.ndarray:
    spans = pack(sentences(essay, 0, len(essay)), N_SENTENCES)
    return embed([essay[s.start : s.end] for s in spans], encoder).astype(np.float64).mean(axis=0)


if __name__ == "__main__":
    main()
