"""Concepts: the catalogue, a user's own, and the direction that each stands for.

A concept is a way of seeing (compression, repair, chance). It is defined by one
exemplar sentence and one scene (a passage as it might stand in an essay) in each
of the same twelve everyday domains. Taking a domain's mean over the whole
catalogue out of each text's vector leaves what it says beyond kitchens or
football; the mean of what is left, with a little of the gloss and the names, is
the concept's direction. A concept with a gloss alone works too, less well.

The means always run over the whole catalogue, whichever concepts are asked for,
so that a concept's direction does not depend on its rivals.
"""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from themekit.encoders import embed, file_stem
from themekit.passages import N_SENTENCES, pack, sentences

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from numpy.typing import NDArray

    from themekit.encoders import Encoder

DOMAINS = (
    "cooking", "gardening", "building", "family", "school", "office",
    "software", "music", "sport", "travel", "health", "town",
)  # fmt: skip


class ConceptError(ValueError):
    """A concept is unknown, or a file of concepts does not say what it should."""


@dataclass(frozen=True)
class Concept:
    """A way of seeing, as the catalogue defines it.

    Attributes
    ----------
    name : str
        One word where there is one.
    gloss : str
        One sentence that says what it is to see things so.
    family : str
        ``form``, ``growth``, ``means``, ``keeping``, ``people``, ``self``, or a user's own.
    synonyms : tuple of str
        Other names of the same.
    exemplars : dict of str to str
        A sentence by domain that shows it without naming it; may be empty.
    """

    name: str
    gloss: str
    family: str = "own"
    synonyms: tuple[str, ...] = ()
    exemplars: Mapping[str, str] = field(default_factory=dict)


@cache
def catalogue() -> tuple[Concept, ...]:
    """Return the concepts that ship with themekit, in the catalogue's order.

    Examples
    --------
    >>> from themekit.concepts import catalogue
    >>> catalogue()[0].name, len(catalogue()[0].exemplars)
    ('compression', 12)
    """
    text = (_data() / "catalogue.yml").read_text(encoding="utf-8")
    return tuple(_concept(entry["name"], entry) for entry in _load_yaml(text))


@cache
def scenes() -> Mapping[str, Mapping[str, str]]:
    """Return the scenes that ship with themekit, by domain and concept: passages that show a concept.

    Examples
    --------
    >>> from themekit.concepts import scenes
    >>> len(scenes()), len(scenes()["music"]["repair"].split()) > 80
    (12, True)
    """
    return {
        domain: _load_yaml((_data() / "scenes" / f"{domain}.yml").read_text(encoding="utf-8"))
        for domain in DOMAINS
    }


def table(concepts: Sequence[Concept] | None = None) -> pd.DataFrame:
    """Return concepts as a frame: ``concept, family, gloss, synonyms, n_exemplars``."""
    return pd.DataFrame(
        [
            (c.name, c.family, c.gloss, ", ".join(c.synonyms), len(c.exemplars))
            for c in (catalogue() if concepts is None else concepts)
        ],
        columns=["concept", "family", "gloss", "synonyms", "n_exemplars"],
    )


def choose(concepts: str | Path | Iterable[str | Concept] | Mapping[str, Any] | None = None) -> list[Concept]:
    """Return the candidate concepts that a user asks for.

    Parameters
    ----------
    concepts : str, path, iterable, mapping or None
        ``None`` for the whole catalogue; names, as a list or separated by
        commas, to pick from it; a YAML or JSON file, or a mapping, of names to
        glosses or to ``{gloss, exemplars, synonyms, family}``. A name that the
        catalogue has takes its exemplars from there unless it brings its own.

    Returns
    -------
    list of Concept
        In the order asked for, each once.

    Raises
    ------
    ConceptError
        For an unknown name (with near ones), or a file that is not of this form.

    Examples
    --------
    >>> from themekit.concepts import choose
    >>> [c.name for c in choose("repair, chance")]
    ['repair', 'chance']
    """
    if concepts is None:
        return list(catalogue())
    if isinstance(concepts, Mapping):
        return [_own(name, value) for name, value in concepts.items()]
    if isinstance(concepts, Path) or (isinstance(concepts, str) and _looks_like_file(concepts)):
        return choose(_read_file(Path(concepts)))
    names = concepts.split(",") if isinstance(concepts, str) else list(concepts)
    chosen = [
        c if isinstance(c, Concept) else _named(c) for c in names if not isinstance(c, str) or c.strip()
    ]
    if not chosen:
        raise ConceptError(
            "seen no concept; expected at least one name; leave the option out for the whole catalogue"
        )
    return list({c.name: c for c in chosen}.values())


def vectors(concepts: Sequence[Concept], encoder: Encoder) -> NDArray[np.float64]:
    """Return the direction of each concept.

    Parameters
    ----------
    concepts : sequence of Concept
    encoder : Encoder

    Returns
    -------
    numpy.ndarray of shape (n_concepts, n_dimensions)
        Unit vectors.

    Notes
    -----
    1. *Exemplars and scenes.* The vector of each sentence, less its domain's mean over the
       whole catalogue; then the mean over the concept's sentences. The same with the
       passages of its scenes. ``m_c`` is the sum of the two.
    2. ``m_c (S + t I)^-1``, where ``S`` is the scatter of sentences and passages about their
       concept's mean and ``t`` half its mean variance: Fisher's discriminant, shrunk, so
       that what texts of one concept vary in weighs less.
    3. *Words.* The gloss (``name: gloss``) and the names (``name, synonyms``), each less
       the catalogue's mean, are added with a quarter of that weight. A concept
       without exemplars stands on these alone. A mean gloss of its own is
       taken out, because in the exemplars' coordinates a gloss is dominated by its
       form (a definition, not a scene).

    4. *Essays.* For the first 60 concepts, how whole essays that show them lie off other essays on the
       same subject (``benchmarks/crossed``) is added with 1.2 times the weight of the
       exemplars and scenes. It is in the directions that ship, for the two encoders that ship.

    Scenes and steps 2 to 4 go beyond the mean of the exemplars that DESIGN describes. They were
    chosen on ``benchmarks/development``, whose README has the figures.

    For the encoders that ship, all of it comes made from the package
    (:func:`frame`), so that nothing of the catalogue is embedded when texts are mined.

    Examples
    --------
    >>> from themekit.encoders import HashingEncoder
    >>> vectors(choose("repair, chance"), HashingEncoder()).shape
    (2, 16)
    """
    known = {c.name: (i, c) for i, c in enumerate(catalogue())}
    made = frame(encoder)
    own = [c for c in concepts if known.get(c.name, (0, None))[1] != c]
    words = dict(zip((c.name for c in own), _words(own, encoder, made), strict=True))
    out = np.empty((len(concepts), made.directions.shape[1]))
    for i, concept in enumerate(concepts):
        row, entry = known.get(concept.name, (0, None))
        if concept.name not in words:
            out[i] = made.directions[row]
        elif not concept.exemplars:
            out[i] = words[concept.name]
        elif entry is not None and concept.exemplars == entry.exemplars:
            out[i] = made.shown[row] + words[concept.name] / 4
        else:
            out[i] = _unit(_from_own_exemplars(concept, encoder, made) @ made.discriminant)
            out[i] += words[concept.name] / 4
    return _unit(out)


@dataclass(frozen=True)
class Frame:
    """The coordinates in which concepts are read, made of the whole catalogue with one encoder.

    Attributes
    ----------
    directions : numpy.ndarray of shape (n_concepts, n_dimensions)
        Of the catalogue, in its order; unit vectors.
    shown : numpy.ndarray of shape (n_concepts, n_dimensions)
        What exemplars and scenes give, without gloss and names; unit vectors.
    domain_means : numpy.ndarray of shape (n_domains, n_dimensions)
        Of the exemplars, over the catalogue.
    discriminant : numpy.ndarray of shape (n_dimensions, n_dimensions)
        The inverse of the shrunk scatter.
    word_means : numpy.ndarray of shape (2, n_dimensions)
        Of the glosses, and of the names.
    """

    directions: NDArray[np.float32]
    shown: NDArray[np.float32]
    domain_means: NDArray[np.float32]
    discriminant: NDArray[np.float32]
    word_means: NDArray[np.float32]

    @classmethod
    def make(cls, encoder: Encoder, essays: Mapping[str, NDArray[np.float64]] | None = None) -> Frame:
        """Make it from the catalogue's texts, in single precision, as it ships.

        ``essays`` gives, for some concepts, how essays that show them lie off others (a vector);
        ``benchmarks/build_directions.py`` makes them.
        """
        whole = catalogue()
        embedded = embed([c.exemplars[d] for c in whole for d in DOMAINS], encoder).astype(np.float64)
        concept, domain = (grid.ravel() for grid in np.indices((len(whole), len(DOMAINS))))
        by_text = embedded.reshape(len(whole), len(DOMAINS), -1)
        exemplars = _by_concept(embedded, concept, domain)
        scene = _by_concept(*_scene_passages(encoder))
        within = np.concatenate([exemplars[1], scene[1]])
        scatter = within.T @ within / len(within)
        ridge = _SHRINKAGE * np.trace(scatter) / len(scatter)
        discriminant = np.linalg.inv(scatter + ridge * np.eye(len(scatter)))
        shown = _unit((exemplars[0] + scene[0]) @ discriminant)
        for i, entry in enumerate(whole):
            if essays and entry.name in essays:
                shown[i] += _ESSAYS_WEIGH * _unit(essays[entry.name] @ discriminant)
        shown = _unit(shown)
        written = [embed([w(c) for c in whole], encoder).astype(np.float64) for w in (_gloss, _names)]
        words = sum(_unit(v - v.mean(axis=0)) for v in written)
        arrays = (
            _unit(shown + words / 4),
            shown,
            by_text.mean(axis=0),
            discriminant,
            np.array([v.mean(axis=0) for v in written]),
        )
        return cls(*(np.ascontiguousarray(a, dtype=np.float32) for a in arrays))

    def save(self, folder: Path, encoder: Encoder) -> Path:
        """Write it where :func:`frame` looks for it."""
        from safetensors.numpy import save_file  # noqa: PLC0415

        file = folder / f"{file_stem(encoder.key)}.safetensors"
        arrays = {name: getattr(self, name) for name in self.__dataclass_fields__}
        save_file(arrays, file, metadata={"catalogue": fingerprint()})
        return file


_frames: dict[str, Frame] = {}


def frame(encoder: Encoder) -> Frame:
    """Return the coordinates for an encoder: as they ship, else made of the catalogue's texts (minutes, once).

    A shipped file counts only if it was made of the very texts that are in the package.
    """
    if encoder.key not in _frames:
        _frames[encoder.key] = _shipped_frame(encoder) or Frame.make(encoder)
    return _frames[encoder.key]


def _shipped_frame(encoder: Encoder) -> Frame | None:
    file = _data() / "directions" / f"{file_stem(encoder.key)}.safetensors"
    if Path(str(file)).is_file():
        from safetensors import safe_open  # noqa: PLC0415

        with safe_open(str(file), framework="numpy") as arrays:
            if arrays.metadata() == {"catalogue": fingerprint()}:
                return Frame(**{name: arrays.get_tensor(name) for name in arrays.keys()})  # noqa: SIM118 - not a dict
    return None


@cache
def fingerprint() -> str:
    """Return a hash of all the texts that define the catalogue."""
    texts = [(_data() / "catalogue.yml").read_bytes()]
    texts += [(_data() / "scenes" / f"{d}.yml").read_bytes() for d in DOMAINS]
    return hashlib.sha256(b"\0".join(text.replace(b"\r\n", b"\n") for text in texts)).hexdigest()


def _data() -> Traversable:
    return files("themekit") / "data"


def _scene_passages(encoder: Encoder) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """Cut the scenes as texts are cut; return the passages' vectors, and of each its concept and domain, by number."""
    texts, places = [], []
    for d, by_concept in enumerate(scenes().values()):
        for c, concept in enumerate(catalogue()):
            scene = by_concept[concept.name]
            for span in pack(sentences(scene, 0, len(scene), "en"), N_SENTENCES):
                texts.append(scene[span.start : span.end])
                places.append((c, d))
    concept_of, domain_of = np.array(places, dtype=np.int64).T
    return embed(texts, encoder).astype(np.float64), concept_of, domain_of


def _by_concept(
    vectors: NDArray[np.float64], concept: NDArray[np.int64], domain: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return each concept's mean once the domains' are taken out, and how texts lie about their concept's."""
    beyond = vectors - _means(vectors, domain)[domain]
    means = _means(beyond, concept)
    return means, beyond - means[concept]


def _means(vectors: NDArray[np.float64], group: NDArray[np.int64]) -> NDArray[np.float64]:
    sums = np.zeros((int(group.max()) + 1, vectors.shape[1]))
    np.add.at(sums, group, vectors)
    means: NDArray[np.float64] = sums / np.bincount(group)[:, None]
    return means


_SHRINKAGE = 0.5
_ESSAYS_WEIGH = 1.2


def _unit(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    unit: NDArray[np.float64] = rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-12)
    return unit


def _from_own_exemplars(concept: Concept, encoder: Encoder, made: Frame) -> NDArray[np.float64]:
    """Sentences in domains of the user's own are held against the mean of all domains."""
    own = embed(list(concept.exemplars.values()), encoder).astype(np.float64)
    means = [
        made.domain_means[DOMAINS.index(d)] if d in DOMAINS else made.domain_means.mean(axis=0)
        for d in concept.exemplars
    ]
    direction: NDArray[np.float64] = (own - np.array(means)).mean(axis=0)
    return direction


def _words(concepts: Sequence[Concept], encoder: Encoder, made: Frame) -> NDArray[np.float64]:
    """Return for each concept the sum of two unit vectors: the gloss, and the concept's names."""
    total = np.zeros((len(concepts), made.directions.shape[1]))
    for written, mean in zip((_gloss, _names), made.word_means, strict=True):
        if concepts:
            total += _unit(embed([written(c) for c in concepts], encoder).astype(np.float64) - mean)
    return total


def _gloss(concept: Concept) -> str:
    return f"{concept.name}: {concept.gloss}"


def _names(concept: Concept) -> str:
    return ", ".join([concept.name, *concept.synonyms])


def _named(name: str) -> Concept:
    wanted = name.strip().lower()
    by_name = {c.name: c for c in catalogue()}
    if wanted in by_name:
        return by_name[wanted]
    synonyms = {s.lower(): c.name for c in catalogue() for s in c.synonyms}
    near = (
        [synonyms[wanted]]
        if wanted in synonyms
        else difflib.get_close_matches(wanted, by_name, n=3, cutoff=0.5)
    )
    hint = f"near it: {', '.join(near)}; " if near else ""
    raise ConceptError(
        f"seen concept {name.strip()!r}; expected a name in the catalogue of {len(by_name)}; {hint}"
        "see them all with themekit.concepts.table(), or give a file of names and glosses"
    )


def _exemplars_of(name: str) -> Mapping[str, str]:
    return next((c.exemplars for c in catalogue() if c.name == name), {})


def _own(name: str, value: Any) -> Concept:  # noqa: ANN401 - what a YAML file holds
    entry = {"gloss": value} if isinstance(value, str) else value
    if (
        not isinstance(entry, Mapping)
        or not isinstance(entry.get("gloss"), str)
        or not entry["gloss"].strip()
    ):
        raise ConceptError(
            f"seen {value!r} for concept {name!r}; expected a gloss (one sentence) or a mapping with 'gloss' and, "
            "where you have them, 'exemplars'; write for instance  tenderness: Touching things as if they could break."
        )
    return _concept(str(name), {"exemplars": _exemplars_of(str(name)), **entry})


def _concept(name: str, entry: Mapping[str, Any]) -> Concept:
    exemplars = entry.get("exemplars") or {}
    if not isinstance(exemplars, Mapping):
        exemplars = {f"own {i}": sentence for i, sentence in enumerate(exemplars, start=1)}
    return Concept(
        name=name,
        gloss=" ".join(entry["gloss"].split()),
        family=str(entry.get("family", "own")),
        synonyms=tuple(entry.get("synonyms") or ()),
        exemplars={str(d): str(s) for d, s in exemplars.items() if s and str(s).strip()},
    )


def _looks_like_file(text: str) -> bool:
    return Path(text).suffix.lower() in {".yml", ".yaml", ".json"}


def _read_file(path: Path) -> Mapping[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
        content = json.loads(text) if path.suffix.lower() == ".json" else _load_yaml(text)
    except OSError as error:
        raise ConceptError(
            f"seen no readable file at {str(path)!r}; expected YAML or JSON; check the path"
        ) from error
    except ValueError as error:
        raise ConceptError(
            f"seen a file that does not parse in {str(path)!r} ({' '.join(str(error).split())}); expected names and "
            "glosses; write a line such as  tenderness: Touching things as if they could break."
        ) from error
    if isinstance(content, list) and all(isinstance(e, Mapping) and "name" in e for e in content):
        content = {str(e["name"]): e for e in content}
    if not isinstance(content, Mapping) or not content:
        raise ConceptError(
            f"seen {type(content).__name__} in {str(path)!r}; expected a mapping of names to glosses; "
            "write a line such as  tenderness: Touching things as if they could break."
        )
    return content


def _load_yaml(text: str) -> Any:  # noqa: ANN401 - what a YAML file holds
    import yaml  # noqa: PLC0415 - only where a file is read

    try:
        return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe loaders
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error
