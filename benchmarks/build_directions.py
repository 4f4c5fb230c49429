"""Build ``themekit/data/directions``: what the catalogue's texts come to, for each encoder that ships.

    python benchmarks/build_directions.py

To be run again whenever a text of the catalogue or the static vectors change; a test says when it was forgotten.
"""

from __future__ import annotations

from pathlib import Path

from themekit.concepts import Frame
from themekit.encoders import find_encoder

TARGET = Path(__file__).resolve().parent.parent / "themekit" / "data" / "directions"


def main() -> None:
    TARGET.mkdir(exist_ok=True)
    for name in ("minilm", "static"):
        encoder = find_encoder(name)
        for old in TARGET.glob(f"{encoder.key.split('/')[0]}-*.safetensors"):
            old.unlink()
        file = Frame.make(encoder).save(TARGET, encoder)
        print(f"{file.name}: {file.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
