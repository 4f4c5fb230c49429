"""The background: vectors of other people without their texts, kept, chosen, and never one's own."""

from __future__ import annotations

import json

import numpy as np
import pytest

import themekit
from themekit.background import Background, BackgroundError, build, choose, load, shipped
from themekit.encoders import HashingEncoder

TEXTS = [f"This is essay number {i}, by somebody else, about bread number {i}. " * 12 for i in range(6)]
OTHERS = ["Bo", "Bo", "Bo", "Cy", "Cy", "Di"]


@pytest.fixture(scope="module")
def encoder():
    return HashingEncoder(32)


@pytest.fixture(scope="module")
def others():
    return themekit.Corpus.from_texts(TEXTS, author=OTHERS, kind="journal")


@pytest.fixture(scope="module")
def built(others, encoder):
    return build(others, encoder, name="others", register="kitchen")


def same(one, other):
    """Say whether two backgrounds hold the same."""
    return (
        (one.name, one.encoder_key, one.registers) == (other.name, other.encoder_key, other.registers)
        and one.vectors.dtype == other.vectors.dtype == np.float16
        and all(
            np.array_equal(getattr(one, a), getattr(other, a))
            for a in ("vectors", "contributions", "contribution_authors", "contribution_kinds")
        )
    )


def test_build_holds_every_passage_by_contribution_author_and_kind(built, others, encoder):
    passages = themekit.split_passages(others, encoder)
    assert len(built.vectors) == len(passages)
    assert (np.diff(built.contributions) >= 0).all()
    assert np.bincount(built.contributions).tolist() == passages.groupby("document_id").size().tolist()
    assert built.contribution_authors.tolist() == [0, 0, 0, 1, 1, 2]
    assert built.authors.tolist() == built.contribution_authors[built.contributions].tolist()
    assert built.contribution_kinds.tolist() == ["journal"] * 6
    assert built.registers == ("kitchen",) * 6
    assert built.is_given
    vectors = themekit.embed(passages["text"].tolist(), encoder)
    np.testing.assert_allclose(built.vectors, vectors, atol=1e-3)


def test_build_of_a_document_in_which_two_speak(encoder, tmp_path):
    talk = "\n\n".join(
        f"**Ann:** I mended it. {i} times.\n\n**Bo:** I sold it. {i} times." for i in range(20)
    )
    (tmp_path / "talk.md").write_text(talk, encoding="utf-8")
    background = build(themekit.read(tmp_path), encoder)
    assert len(background.contribution_authors) == 2
    assert background.contribution_authors.tolist() == [0, 1]


def test_it_holds_no_text(built, tmp_path):
    content = b"".join(f.read_bytes() for f in built.save(tmp_path).iterdir())
    assert b"essay" not in content
    assert b"Bo" not in content.replace(b"Bos", b"")


def test_a_round_trip_gives_the_same(built, encoder, tmp_path):
    again = load(built.save(tmp_path / "kept"), encoder)
    assert same(again, built)
    assert again.is_given


def test_another_encoder_is_refused(built, tmp_path):
    built.save(tmp_path)
    other = HashingEncoder(8)
    for ask in (
        lambda: load(tmp_path, other),
        lambda: choose(str(tmp_path), other),
        lambda: choose(built, other),
    ):
        with pytest.raises(
            BackgroundError, match=r"seen a background .*'hashing-8'; expected .*; build one with"
        ):
            ask()


def test_another_schema_is_refused_by_name(built, encoder, tmp_path):
    (file,) = built.save(tmp_path).glob("*.json")
    content = json.loads(file.read_text(encoding="utf-8")) | {"schema": "themekit/background/99"}
    file.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(
        BackgroundError, match=r"seen .*'themekit/background/99'; expected 'themekit/background/1'; "
    ):
        load(tmp_path, encoder)


def test_whoever_is_in_it_is_not_compared_with_themselves(built, others, encoder):
    # Somebody mines essay 1 of Bo: that contribution leaves the background, whole, and no other.
    one = themekit.Corpus.from_texts(TEXTS[1:2], author="Bo", kind="journal")
    vectors = themekit.embed(themekit.split_passages(one, encoder)["text"].tolist(), encoder)
    left = built.without(vectors.astype(np.float64))
    assert len(left.contribution_authors) == 5
    assert left.contribution_authors.tolist() == [0, 0, 1, 1, 2]
    assert len(left.registers) == len(left.contribution_kinds) == 5
    assert set(left.contributions.tolist()) == set(range(5))
    assert np.array_equal(left.vectors, built.vectors[built.contributions != 1])
    assert same(left.without(vectors.astype(np.float64)), left)
    everything = themekit.embed(themekit.split_passages(others, encoder)["text"].tolist(), encoder)
    assert len(built.without(everything.astype(np.float64)).vectors) == 0


def test_mining_what_the_background_is_made_of_is_mining_alone(built, others, encoder):
    options = {"encoder": encoder, "concepts": "repair,chance,play", "n_permutations": 20}
    alone = themekit.mine(others, background="none", **options)
    beside = themekit.mine(others, background=built, **options)
    assert alone.themes["effect"].round(9).tolist() == beside.themes["effect"].round(9).tolist()


def test_choose(built, others, encoder, tmp_path):
    assert choose(None, encoder) is None
    assert choose("none", encoder) is None
    assert choose(built, encoder) is built
    assert same(choose(built.save(tmp_path / "kept"), encoder), built)
    assert choose("auto", encoder) is None  # none ships for a toy
    with pytest.raises(
        BackgroundError, match=r"seen background 'nowhere'; expected 'auto', 'none', or a folder"
    ):
        choose("nowhere", encoder)


def test_choose_a_folder_of_texts(encoder, tmp_path):
    for author, text in zip(OTHERS, TEXTS, strict=True):
        folder = tmp_path / "texts" / author
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{len(list(folder.iterdir()))}.txt").write_text(text, encoding="utf-8")
    found = choose(tmp_path / "texts", encoder)
    assert found.name == "texts"
    assert found.is_given
    assert found.contribution_authors.tolist() == [0, 0, 0, 1, 1, 2]


def test_an_empty_folder_is_a_clear_error(encoder, tmp_path):
    with pytest.raises(ValueError, match=r"seen nothing to read under .*; expected"):
        choose(tmp_path, encoder)


def test_repr_says_what_it_holds(built):
    assert (
        repr(built) == f"<Background 'others': {len(built.vectors)} passages of 6 contributions by 3 authors>"
    )


def test_no_background_ships_for_an_encoder_that_nobody_knows(encoder):
    assert shipped(encoder) is None


@pytest.mark.parametrize("name", ["static", "minilm"])
def test_the_shipped_background_is_whole(name):
    background = shipped(themekit.find_encoder(name))
    assert background is not None
    assert not background.is_given
    n = len(background.contribution_authors)
    assert len(background.registers) == len(background.contribution_kinds) == n
    assert sorted(set(background.contributions.tolist())) == list(range(n))
    assert len(set(background.contribution_authors.tolist())) >= 20
    assert len(set(background.registers)) >= 2
    np.testing.assert_allclose(np.linalg.norm(background.vectors.astype(float), axis=1), 1, atol=0.02)


def test_the_shipped_background_leaves_the_shipped_corpora_out_when_they_are_mined(corpora):
    encoder = themekit.find_encoder("static")
    passages = themekit.split_passages(themekit.read(corpora / "essays" / "josie-tran"), encoder)
    background = shipped(encoder)
    left = background.without(themekit.embed(passages["text"].tolist(), encoder).astype(np.float64))
    gone = len(background.contribution_authors) - len(left.contribution_authors)
    assert gone == passages["document_id"].nunique()


def test_a_background_says_whose_it_is_by_number_only():
    assert not {"text", "texts", "titles", "names"} & set(Background.__dataclass_fields__)


def test_the_part_that_is_written_most_alike_is_taken():
    rng = np.random.default_rng(0)
    # Planted: "old" lies along the first axis, "new" along the second; "old" has five times as many passages.
    old = np.array([1.0, 0.0, 0.0]) + rng.normal(scale=0.1, size=(50, 3))
    new = np.array([0.0, 1.0, 0.0]) + rng.normal(scale=0.1, size=(10, 3))
    background = Background(
        "two", "key", np.concatenate([old, new]).astype(np.float16), np.repeat(np.arange(12), 5),
        np.repeat(np.arange(6), 2), np.array(["essay"] * 12), ("old",) * 10 + ("new",) * 2,
    )  # fmt: skip
    like_new = background.in_nearest_register(np.array([[0.1, 1.0, 0.0], [0.0, 0.9, 0.2]]))
    assert set(like_new.registers) == {"new"}
    np.testing.assert_array_equal(like_new.vectors, background.vectors[50:])
    assert like_new.contributions.tolist() == [0] * 5 + [1] * 5
    like_old = background.in_nearest_register(np.array([[1.0, 0.1, 0.0]]))
    assert set(like_old.registers) == {"old"}
    assert like_old.in_nearest_register(np.array([[0.0, 1.0, 0.0]])) is like_old
