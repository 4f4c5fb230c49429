"""The catalogue, a user's own concepts, and the directions they stand for."""

from __future__ import annotations

import json
import re
import runpy
from dataclasses import replace

import numpy as np
import pytest
import yaml
from conftest import ROOT

from themekit.concepts import (
    DOMAINS,
    Concept,
    ConceptError,
    Frame,
    catalogue,
    choose,
    frame,
    scenes,
    table,
    vectors,
)
from themekit.encoders import HashingEncoder, embed

CROSSED = sorted((ROOT / "benchmarks" / "crossed").glob("*.yml"))

# The names that were promised, in the order of the promise.
PROMISED = """
compression scaling representation leverage agency feedback repair emergence translation constraint
attention patience chance threshold rigour play competition memory belonging symmetry trust
imitation freedom ambition simplicity craft exploration selection abstraction analogy decomposition
invariance decay equilibrium risk curiosity doubt courage care duty justice sacrifice solitude
transformation identity disguise paradox ritual rhythm improvisation measurement prediction
storytelling teaching stewardship hospitality exchange power wonder perspective
""".split()  # noqa: SIM905 - reads better than sixty quoted words


def test_every_promised_name_is_there_once():
    names = [c.name for c in catalogue()]
    assert len(PROMISED) == 60
    assert not set(PROMISED) - set(names)
    assert len(names) == len(set(names)) >= 60


@pytest.mark.parametrize("concept", catalogue(), ids=lambda c: c.name)
def test_a_concept_is_whole(concept):
    assert tuple(concept.exemplars) == DOMAINS
    assert len(set(concept.exemplars.values())) == 12
    assert all(8 <= len(sentence.split()) <= 60 for sentence in concept.exemplars.values())
    assert concept.gloss.endswith(".")
    assert concept.family
    assert concept.synonyms
    assert concept.name not in concept.synonyms


@pytest.mark.parametrize("concept", catalogue(), ids=lambda c: c.name)
def test_no_exemplar_contains_the_name(concept):
    named = re.compile(rf"\b{concept.name}", re.IGNORECASE)
    assert [s for s in concept.exemplars.values() if named.search(s)] == []


def test_no_sentence_serves_two_concepts():
    sentences = [s for c in catalogue() for s in c.exemplars.values()]
    assert len(set(sentences)) == len(sentences)


def test_table_has_a_row_for_each():
    frame = table()
    assert list(frame.columns) == ["concept", "family", "gloss", "synonyms", "n_exemplars"]
    assert frame["concept"].tolist() == [c.name for c in catalogue()]
    assert frame["n_exemplars"].eq(12).all()
    assert table(choose("repair"))["concept"].tolist() == ["repair"]


def test_choose_by_name_in_the_order_asked_for_each_once():
    assert [c.name for c in choose("repair, Chance,repair ,")] == ["repair", "chance"]
    assert [c.name for c in choose(["memory", "play"])] == ["memory", "play"]
    assert choose() == list(catalogue())
    own = Concept("tenderness", "Touching things as if they could break.")
    assert choose([own, "play"])[0] is own


@pytest.mark.parametrize(
    ("asked", "near"), [("repiar", "repair"), ("scalng", "scaling"), ("condensation", "compression")]
)
def test_an_unknown_name_is_an_error_with_near_names(asked, near):
    with pytest.raises(ConceptError) as caught:
        choose(f"chance,{asked}")
    message = str(caught.value)
    assert message.startswith(f"seen concept '{asked}'; expected a name in the catalogue of ")
    assert near in message
    assert "themekit.concepts.table()" in message


@pytest.mark.parametrize("asked", ["", " , ", []])
def test_no_name_is_an_error(asked):
    with pytest.raises(ConceptError, match=r"seen no concept; expected at least one name; leave the option"):
        choose(asked)


OWN = {
    "tenderness": "Touching things as if they could break.",
    "tides": {
        "gloss": "What comes and goes by itself.",
        "exemplars": {"cooking": "The dough rose and sank."},
    },
    "repair": "Mending, in my own words.",
    "lists": {"gloss": "Setting things in a row.", "exemplars": ["One egg, two eggs.", "Nail, screw, bolt."]},
}


@pytest.mark.parametrize("form", ["mapping", "json", "yml", "yaml", "list"])
def test_choose_from_a_mapping_or_a_file(form, tmp_path):
    import yaml

    given = OWN
    if form in {"json", "list"}:
        given = tmp_path / "own.json"
        content = OWN if form == "json" else [
            {"name": n} | ({"gloss": v} if isinstance(v, str) else v) for n, v in OWN.items()
        ]  # fmt: skip
        given.write_text(json.dumps(content), encoding="utf-8")
    elif form != "mapping":
        given = tmp_path / f"own.{form}"
        given.write_text(yaml.safe_dump(OWN, sort_keys=False), encoding="utf-8")
    found = {c.name: c for c in choose(given)}
    assert list(found) == list(OWN)
    assert found["tenderness"] == Concept("tenderness", OWN["tenderness"])
    assert dict(found["tides"].exemplars) == {"cooking": "The dough rose and sank."}
    assert list(found["lists"].exemplars.values()) == ["One egg, two eggs.", "Nail, screw, bolt."]
    # A name of the catalogue keeps its exemplars unless the file brings its own.
    assert found["repair"].gloss == "Mending, in my own words."
    assert found["repair"].exemplars == choose("repair")[0].exemplars
    if form != "mapping":
        assert [c.name for c in choose(str(given))] == list(OWN)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("broken.json", "{"),
        ("broken.yml", "a: [1"),
        ("words.yml", "just words"),
        ("empty.yml", ""),
        ("numbers.yml", "repair: 3"),
        ("blank.yml", "repair: ' '"),
        ("nameless.json", "[1, 2]"),
        ("bytes.yml", b"\xff\xfe\x00bad"),
    ],
)
def test_a_file_of_another_form_says_what_is_expected(name, content, tmp_path):
    file = tmp_path / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ConceptError, match=r"seen .*; expected .*; write .*tenderness: ") as caught:
        choose(file)
    assert "\n\n" not in str(caught.value)


def test_a_missing_file_is_named():
    with pytest.raises(
        ConceptError, match=r"seen no readable file at 'nowhere\.yml'; expected .*; check the path"
    ):
        choose("nowhere.yml")


@pytest.fixture(scope="module")
def static():
    from themekit import find_encoder

    return find_encoder("static")


class ShiftedEncoder(HashingEncoder):
    """Adds the same vector to every text of a group, as a domain or a way of writing would."""

    def __init__(self, group):
        super().__init__()
        self.group = group
        self.key = f"shifted-{id(self)}"

    def encode(self, texts):
        """Hash, and shift by the text's group."""
        shift = np.array([self.move(self.group(text)) for text in texts])
        return super().encode(texts) + shift

    def move(self, group):
        """Return what a group adds; nothing where there is none."""
        return np.zeros(16) if group is None else np.random.default_rng(group).normal(scale=0.5, size=16)


def test_what_a_domain_adds_is_taken_out(hashing_encoder):
    domain = {s: i for c in catalogue() for i, s in enumerate(c.exemplars.values())}
    shifted = vectors(list(catalogue()), ShiftedEncoder(domain.get))
    np.testing.assert_allclose(shifted, vectors(list(catalogue()), hashing_encoder), atol=0.01)


def test_what_is_in_every_gloss_is_taken_out(hashing_encoder):
    own = [Concept("tenderness", "Touching things as if they could break.")]
    shifted = vectors(own, ShiftedEncoder(lambda text: 1 if ": " in text and text[0].islower() else None))
    np.testing.assert_allclose(shifted, vectors(own, hashing_encoder), atol=0.01)


def test_directions_are_unit_vectors_near_their_own_sentences(static):
    whole = list(catalogue())
    directions = vectors(whole, static)
    np.testing.assert_allclose(np.linalg.norm(directions, axis=1), 1)
    x = np.array([embed([c.exemplars[d] for d in DOMAINS], static) for c in whole], dtype=float)
    nearest = (directions @ (x - x.mean(axis=0)).mean(axis=1).T).argmax(axis=1)
    assert (nearest == np.arange(len(whole))).mean() > 0.95


def test_a_direction_does_not_depend_on_its_rivals(hashing_encoder):
    alone = vectors(choose("repair"), hashing_encoder)[0]
    among = vectors(choose("chance,repair,play"), hashing_encoder)[1]
    np.testing.assert_array_equal(alone, among)


def test_own_exemplars_lead_to_where_the_catalogue_has_them(static):
    # Planted: the catalogue's sentences as a user's own; without the scenes the direction is near, not the same.
    some = list(catalogue())[::7]
    own = [replace(c, exemplars={d: f"{s} " for d, s in c.exemplars.items()}) for c in some]
    nearest = (vectors(own, static) @ vectors(list(catalogue()), static).T).argmax(axis=1)
    assert [catalogue()[i].name for i in nearest] == [c.name for c in some]


def test_the_shipped_directions_are_what_the_texts_come_to(static, root):
    build = runpy.run_path(str(root / "benchmarks" / "build_directions.py"))
    made, shipped = Frame.make(static, build["essays"](static)), frame(static)
    for name in Frame.__dataclass_fields__:
        np.testing.assert_allclose(getattr(made, name), getattr(shipped, name), atol=2e-3, rtol=1e-3)


@pytest.mark.parametrize("subject", CROSSED, ids=lambda file: file.stem)
def test_crossed_essays_do_not_name_what_they_show(subject):
    essays = yaml.safe_load(subject.read_text(encoding="utf-8"))
    assert set(essays) == {c.name for c in catalogue()[: len(essays)]}
    for concept, essay in zip(choose(list(essays)), essays.values(), strict=True):
        named = rf"\b(?:{'|'.join(re.escape(n) for n in (concept.name, *concept.synonyms))})\b"
        assert re.findall(named, essay, re.IGNORECASE) == [], concept.name
        assert 300 <= len(essay.split()) <= 470, concept.name


def test_essays_draw_a_direction_towards_what_they_show(hashing_encoder):
    plain = Frame.make(hashing_encoder)
    towards = np.random.default_rng(0).normal(size=plain.shown.shape[1])
    drawn = Frame.make(hashing_encoder, {"repair": towards})
    at = [c.name for c in catalogue()].index("repair")
    wanted = towards @ plain.discriminant
    assert drawn.shown[at] @ wanted > plain.shown[at] @ wanted
    others = np.arange(len(plain.shown)) != at
    np.testing.assert_array_equal(drawn.directions[others], plain.directions[others])


@pytest.mark.parametrize("name", ["static", "minilm"])
def test_the_shipped_directions_are_of_the_texts_in_the_package(name):
    from themekit import find_encoder
    from themekit.concepts import _shipped_frame

    encoder = find_encoder(name)
    assert _shipped_frame(encoder) is not None, "run benchmarks/build_directions.py"


def test_directions_of_other_texts_do_not_count(tmp_path, monkeypatch, hashing_encoder):
    from themekit import concepts

    made = frame(hashing_encoder)
    (tmp_path / "directions").mkdir()
    made.save(tmp_path / "directions", hashing_encoder)
    monkeypatch.setattr(concepts, "_data", lambda: tmp_path)
    assert concepts._shipped_frame(hashing_encoder) is not None
    monkeypatch.setattr(concepts, "fingerprint", lambda: "of other texts")
    assert concepts._shipped_frame(hashing_encoder) is None


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_concept_has_a_scene_that_does_not_name_it(domain):
    told = scenes()[domain]
    assert set(told) == {c.name for c in catalogue()}
    assert len(set(told.values())) == len(told)
    assert all(70 <= len(text.split()) <= 150 for text in told.values())
    assert [n for n, text in told.items() if re.search(rf"\b{n}", text, re.IGNORECASE)] == []


def test_own_domains_work(static):
    own = choose({"lists": OWN["lists"], "tenderness": OWN["tenderness"]})
    found = vectors(own, static)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1)


def test_a_gloss_finds_its_own_concept_more_often_than_chance(static):
    # Planted: the catalogue's own gloss against the direction that its exemplars give.
    whole = list(catalogue())
    by_gloss = vectors([Concept(c.name, c.gloss) for c in whole], static)
    first = (by_gloss @ vectors(whole, static).T).argmax(axis=1) == np.arange(len(whole))
    assert first.mean() > 0.5


def test_a_held_out_sentence_finds_its_own_concept_more_often_than_chance(static):
    # Chance would be one in 150; benchmarks measure how much more than this it is.
    whole = list(catalogue())
    x = np.array([embed([c.exemplars[d] for d in DOMAINS], static) for c in whole], dtype=float)
    x -= x.mean(axis=0)
    hits = []
    for d in range(len(DOMAINS)):
        rest = np.delete(x, d, axis=1).mean(axis=1)
        rest /= np.linalg.norm(rest, axis=1, keepdims=True)
        hits.append(((x[:, d] @ rest.T).argmax(axis=1) == np.arange(len(whole))).mean())
    assert np.mean(hits) > 0.1
