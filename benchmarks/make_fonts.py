"""Make themekit/data/fonts: what a page or an SVG carries so that its letters look the same everywhere.

    pip install fonttools brotli font-source-serif-pro
    python benchmarks/make_fonts.py FOLDER-WITH-LIBERATION-SANS-2

Both families are under the SIL Open Font License, which reserves their names: what is changed gets a name of its own.
Letters of the Latin script, Greek and Cyrillic for the sans; no hints, which screens of today do not need.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

OUT = Path(__file__).resolve().parent.parent / "themekit" / "data" / "fonts"
LATIN = (
    "20-7E A0-17F 192 218-21B 2C6-2DD 300-304 306-308 30A-30C 327 328 1E80-1E85 1E9E 2010-2026 2030 2032 2033 2039 "
    "203A 2044 2070-2089 20AC 2122 2190-2193 2212 2260 2264 2265 FFFD"
)
MORE = " 370-3FF 400-45F 490 491"


def letters(ranges):
    ends = [[int(end, 16) for end in part.split("-")] for part in ranges.split()]
    return {code for first, *last in ends for code in range(first, (last or [first])[0] + 1)}


def make(source, name, weight, ranges):
    font = TTFont(source)
    options = subset.Options()
    options.flavor, options.hinting, options.name_IDs = "woff2", False, [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.drop_tables += ["FFTM"]
    options.layout_features = ["kern", "liga", "mark", "mkmk", "ccmp", "locl", "onum", "lnum", "tnum", "pnum"]
    part = subset.Subsetter(options)
    part.populate(unicodes=letters(ranges))
    part.subset(font)
    for key, text in {1: name, 2: weight, 3: f"{name} {weight}", 4: f"{name} {weight}",
                      6: f"{name}-{weight}".replace(" ", "")}.items():  # fmt: skip
        font["name"].setName(text, key, 3, 1, 0x409)
    if "CFF " in font:
        raise ValueError(f"seen {source} with CFF outlines; expected TrueType ones; take the .ttf files")
    font["head"].modified = font["head"].created  # the same bytes tomorrow
    font.recalcTimestamp = False
    target = OUT / f"{name.split()[1].lower()}-{weight.lower()}.woff2"
    subset.save_font(font, target, options)
    return target


def main():
    import font_source_serif_pro

    serif = Path(font_source_serif_pro.__file__).parent / "files"
    sans = Path(sys.argv[1])
    OUT.mkdir(parents=True, exist_ok=True)
    for weight in ("Regular", "Bold"):
        print(make(sans / f"LiberationSans-{weight}.ttf", "themekit Sans", weight, LATIN + MORE))
    for theirs, weight in (("Regular", "Regular"), ("It", "Italic"), ("Semibold", "Semibold")):
        print(make(serif / f"SourceSerifPro-{theirs}.ttf", "themekit Serif", weight, LATIN))


if __name__ == "__main__":
    main()
