"""Build ``themekit/data/directions``: what the texts that define the catalogue come to, for each encoder that ships.

    python benchmarks/build_directions.py

The catalogue's sentences and scenes are in the package. Beside them, for the 24 concepts that authors of
``benchmarks/development`` were given, the mean of such an author's passages, topics taken out, less the mean of all
authors of the same list of subjects. To be run again whenever one of these texts or the static vectors change; a test says when it was
forgotten for the texts in the package.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd

import themekit
from themekit import topics
from themekit.concepts import Frame
from themekit.encoders import Encoder, embed, find_encoder
from themekit.themes import topic_residuals

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "themekit" / "data" / "directions"


def main() -> None:
    TARGET.mkdir(exist_ok=True)
    for name in ("minilm", "static"):
        encoder = find_encoder(name)
        for old in TARGET.glob(f"{encoder.key.split('/')[0]}-*.safetensors"):
            old.unlink()
        file = Frame.make(encoder, essays(encoder)).save(TARGET, encoder)
        print(f"{file.name}: {file.stat().st_size / 1e6:.1f} MB")


def essays(encoder: Encoder, folder: Path = ROOT / "benchmarks" / "development") -> dict[str, np.ndarray]:
    """Return by concept how its authors' passages lie off those of the other authors on the same subjects."""
    gold = pd.DataFrame(json.loads((folder / "gold.json").read_text(encoding="utf-8"))["authors"])
    passages = themekit.split_passages(themekit.read(folder), encoder)
    vectors = embed(passages["text"].tolist(), encoder)
    found: dict[str, list[np.ndarray]] = {}
    for _, alike in gold.groupby("subjects"):
        among = passages["author"].isin(alike["author"]).to_numpy()
        authors, names = pd.factorize(passages.loc[among, "author"])
        lies = topic_residuals(vectors[among], topics.cluster(vectors[among]), authors)
        means = np.array([lies[authors == i].mean(axis=0) for i in range(len(names))])
        theme = alike.set_index("author")["theme"]
        for name, beyond in zip(names, means - means.mean(axis=0), strict=True):
            if theme[name]:
                found.setdefault(theme[name], []).append(beyond)
    return {concept: np.mean(some, axis=0) for concept, some in found.items()}


if __name__ == "__main__":
    main()
