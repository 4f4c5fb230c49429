"""Scores in blocks: whichever way a corpus is cut, the same bits."""

from __future__ import annotations

import numpy as np
import pytest

from themekit.grid import FINE, GRID, fine, hashes, off_grid, on_grid, runs
from themekit.scores import (
    Means,
    Scored,
    Sums,
    contribution_scores,
    moments,
    passage_scores,
    score,
    standardise,
)
from themekit.topics import Sample, find_centres, nearest

N_DIMENSIONS = 24


@pytest.fixture(scope="module")
def written():
    """Passages of 7 authors in 40 contributions on 5 topics."""
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(700, N_DIMENSIONS))
    vectors = on_grid(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))
    contributions = np.sort(rng.integers(40, size=700))
    directions = rng.normal(size=(9, N_DIMENSIONS))
    directions = fine(directions / np.linalg.norm(directions, axis=1, keepdims=True))
    return vectors, contributions % 7, rng.integers(5, size=700), contributions, directions


def cut(contributions, seed):
    """Deal contributions out to some blocks, each whole, in no order."""
    rng = np.random.default_rng(seed)
    block = rng.integers(2 + seed, size=contributions.max() + 1)
    for b in np.unique(block):
        rows = np.flatnonzero(block[contributions] == b)
        yield rng.permutation(rows)


def in_blocks(written, seed):
    """Go the way of one machine or many: sums by block, then scores by block, then all together."""
    vectors, authors, topics, contributions, directions = written
    blocks = list(cut(contributions, seed))
    sums = Sums.merge([Sums.of(vectors[b], authors[b], topics[b]) for b in blocks])
    means = Means(sums)
    parts, passages, added = [], np.empty((len(vectors), len(directions)), dtype=np.float32), 0
    for b in blocks:
        part, own = score(vectors[b], authors[b], topics[b], contributions[b], means, directions)
        parts.append(part)
        passages[b] = own
        added = added + moments(own)
    standardise(passages, added)
    return Scored.merge(parts), passages


def test_any_way_of_cutting_gives_the_same_bits(written):
    whole, passages = in_blocks(written, 0)
    for seed in range(1, 6):
        other, others_passages = in_blocks(written, seed)
        for name in ("contributions", "tested", "shown", "topics"):
            np.testing.assert_array_equal(getattr(whole, name), getattr(other, name))
        np.testing.assert_array_equal(passages, others_passages)


def test_scores_are_the_cosines_with_what_the_topic_leaves(written):
    vectors, authors, topics, _, directions = written
    tested, shown = passage_scores(
        vectors, authors, topics, Means(Sums.of(vectors, authors, topics)), directions
    )
    x, d = vectors / GRID, directions / FINE
    for i in (0, 123, 699):
        for scores, is_in in ((tested, np.ones(700, dtype=bool)), (shown, authors != authors[i])):
            on_topic = is_in & (topics == topics[i])
            mean = (x[on_topic].sum(axis=0) + 10 * x[is_in].mean(axis=0)) / (on_topic.sum() + 10)
            left = x[i] - mean
            np.testing.assert_allclose(scores[i], d @ left / np.linalg.norm(left), atol=1e-6)


def test_standardised_scores_have_mean_nought_and_spread_one(written):
    _, passages = in_blocks(written, 3)
    np.testing.assert_allclose(passages.mean(axis=0), 0, atol=1e-3)
    np.testing.assert_allclose(passages.std(axis=0), 1, atol=1e-3)


def test_sums_of_no_passages_are_nothing():
    empty = Sums.of(np.zeros((0, 3), dtype=np.int16), np.zeros(0, dtype=int), np.zeros(0, dtype=int))
    assert len(empty.sizes) == 0
    one = Sums.of(np.ones((1, 3), dtype=np.int16), np.zeros(1, dtype=int), np.zeros(1, dtype=int))
    assert Sums.merge([empty, one]).sums.tolist() == [[1, 1, 1]]


def test_many_passages_of_one_kind_are_summed_exactly():
    # More than one block's rows in one group, of numbers whose sum no 16-bit integer holds.
    vectors = np.full((10_000, 2), 4096, dtype=np.int16)
    sums = Sums.of(vectors, np.zeros(10_000, dtype=int), np.zeros(10_000, dtype=int))
    assert sums.sums.tolist() == [[40_960_000, 40_960_000]]


def test_contributions_of_every_length():
    rng = np.random.default_rng(1)
    lengths = rng.integers(1, 60, size=30)
    codes = np.repeat(np.arange(30), lengths)
    scores = rng.normal(size=(len(codes), 4))
    found = contribution_scores(scores, codes)
    for i in range(30):
        own = np.sort(scores[codes == i], axis=0)
        weights = np.arange(1, len(own) + 1)
        np.testing.assert_allclose(found[i], weights @ own / weights.sum())


def test_topics_of_blocks_are_those_of_the_whole(written):
    vectors, _, _, contributions, _ = written
    whole = nearest(vectors, find_centres(Sample.of(vectors, 300), 6))
    for seed in range(3):
        blocks = list(cut(contributions, seed))
        sample = Sample.merge([Sample.of(vectors[b], 300) for b in blocks], 300)
        centres = find_centres(sample, 6)
        for b in blocks:
            np.testing.assert_array_equal(nearest(vectors[b], centres), whole[b])


def test_the_sample_is_spread_over_all_passages():
    # The hash knows nothing of what a vector says: of two kinds each gives its share.
    rng = np.random.default_rng(2)
    vectors = on_grid(np.repeat(np.eye(8)[:2], [3000, 1000], axis=0) + rng.normal(scale=0.05, size=(4000, 8)))
    some = Sample.of(vectors, 1000).vectors
    assert 200 < (some[:, 1] > some[:, 0]).sum() < 300
    assert len(np.unique(hashes(vectors))) == len(np.unique(vectors, axis=0))


def test_the_grid_there_and_back():
    vectors = on_grid(np.array([[0.123, -0.9], [1.0, -1.0]]))
    np.testing.assert_array_equal(on_grid(off_grid(vectors)), vectors)
    assert on_grid(vectors) is vectors


def test_runs_cover_every_group_once():
    starts = np.array([0, 2, 2, 9, 10, 11])
    covered = [i for run in runs(starts, 3) for i in range(run.start, run.stop)]
    assert covered == list(range(5))
