"""Mining, end to end, on texts with a planted way of seeing; and what was planted in the corpora."""

from __future__ import annotations

import json
import re

import numpy as np
import pandas as pd
import pytest

import themekit
from themekit.concepts import choose
from themekit.encoders import HashingEncoder
from themekit.mining import NothingToMineError

# Invented words, so that nothing but what was planted tells one concept or subject from another.
SEEING = {
    "mending": "drast velk smoov bintle garp tasken",
    "chancing": "ploon kriv zettle wumb hasp norrel",
    "scaling": "quint brag foom lundy sprake ett",
    "hiding": "cleth mimble dorv yarl pesk tunn",
}
SUBJECTS = {
    "bread": "oven dough flour yeast crust loaf baker tin rye butter",
    "boats": "sail rudder anchor tide mast hull harbour rope keel oar",
    "chess": "rook pawn bishop gambit board castle clock draw mate king",
}
CONCEPTS = {
    name: {"gloss": f"To {name}.", "exemplars": [" ".join([w] * 3 + words.split()) for w in words.split()]}
    for name, words in SEEING.items()
}
AUTHORS = ["Ann", "Bo", "Cy", "Di", "Ed", "Flo"]
ENCODER = HashingEncoder(128)


def write(author, number, theme=None, n_sentences=45):
    """Write an essay about one subject; with a theme, a word of it in most sentences."""
    rng = np.random.default_rng([number, *author.encode()])
    subject = list(SUBJECTS)[number % 3]
    sentences = []
    for _ in range(n_sentences):
        words = list(rng.choice(SUBJECTS[subject].split(), 6))
        for name, own in SEEING.items():
            if rng.random() < (0.7 if name == theme else 0.1):
                words.append(rng.choice(own.split()))
        rng.shuffle(words)
        sentences.append(f"It was {' '.join(words)} again.")
    return " ".join(sentences)


def corpus_of(themes, n_documents=8, authors=AUTHORS, **options):
    """Return a corpus of essays; ``themes`` says who has which."""
    pairs = [(a, i) for a in authors for i in range(n_documents)]
    return themekit.Corpus.from_texts(
        [write(a, i, themes.get(a)) for a, i in pairs], author=[a for a, _ in pairs],
        dates=[f"{2010 + i}" for _, i in pairs], **options,
    )  # fmt: skip


def mine(corpus, **options):
    """Mine with the toy encoder and the invented concepts."""
    return themekit.mine(
        corpus, **{"encoder": ENCODER, "concepts": CONCEPTS, "n_permutations": 500} | options
    )


@pytest.fixture(scope="module")
def planted():
    return mine(corpus_of({"Ann": "mending", "Bo": "hiding"}))


def test_what_was_planted_is_found_and_nothing_else(planted):
    found = planted.authors.set_index("author")
    assert found.loc["Ann", ["verdict", "meta_theme"]].tolist() == ["found", "mending"]
    assert found.loc["Bo", ["verdict", "meta_theme"]].tolist() == ["found", "hiding"]
    assert found.loc[["Cy", "Di", "Ed", "Flo"], "verdict"].tolist() == ["none"] * 4
    first = planted.themes.query("author == 'Ann' and rank == 1").iloc[0]
    assert (first["first_year"], first["last_year"]) == (2010, 2017)
    assert first["n_topics"] >= 3  # whatever she writes about


def test_quotes_show_it(planted):
    words = set(SEEING["mending"].split())
    quotes = planted.quotes("Ann", "mending", "for")
    assert all(words & set(quote.split()) for quote in quotes["quote"])
    assert quotes["document_id"].nunique() >= 3
    assert quotes["topic_id"].nunique() >= 2


def test_topics_are_the_subjects(planted):
    subject = planted.passages["document_id"].map(
        dict(zip(planted.documents["document_id"], [i % 3 for _ in AUTHORS for i in range(8)], strict=True))
    )
    purest = pd.crosstab(planted.assignments["topic_id"], subject.to_numpy()).max(axis=1).sum()
    assert purest / len(subject) > 0.9


def test_the_order_of_files_and_the_names_of_folders_do_not_matter(tmp_path):
    for name, order in (("one", 1), ("two", -1)):
        folder = tmp_path / name
        folder.mkdir()
        for author in AUTHORS[:4][::order]:
            for i in range(6)[::order]:
                text = write(author, i, {"Ann": "mending"}.get(author))
                (folder / f"{author}-{i}.md").write_text(
                    f"---\nauthor: {author}\ndate: {2010 + i}\n---\n\n{text}\n"
                )
    one, two = (mine(themekit.read(tmp_path / name)) for name in ("one", "two"))
    pd.testing.assert_frame_equal(one.themes, two.themes)
    pd.testing.assert_frame_equal(one.authors, two.authors)
    pd.testing.assert_frame_equal(one.evidence, two.evidence)
    assert one.authors.set_index("author").loc["Ann", "meta_theme"] == "mending"


def test_other_names_for_authors_change_no_number(planted):
    # Documents keep their place, so that only the names differ.
    new = dict(zip(AUTHORS, ["Zed", "Yan", "Xi", "Wu", "Vi", "Una"], strict=True))
    corpus = corpus_of({"Ann": "mending", "Bo": "hiding"})
    renamed = themekit.Corpus.from_texts(
        corpus.documents["text"].tolist(), author=[new[a] for a in corpus.documents["author"]],
        dates=corpus.documents["date"].tolist(),
    )  # fmt: skip
    other = mine(renamed)
    themes = planted.themes.assign(author=planted.themes["author"].map(new))
    merged = themes.merge(other.themes, on=["author", "concept"], validate="1:1")
    for column in ("rank", "effect", "p_value", "document_share", "n_topics"):
        np.testing.assert_allclose(merged[f"{column}_x"], merged[f"{column}_y"], atol=1e-9)


def test_one_author_alone_is_ranked_but_not_judged():
    result = mine(corpus_of({"Ann": "mending"}, authors=["Ann"]))
    row = result.authors.iloc[0]
    assert row["verdict"] == "insufficient"
    assert "background" in json.loads(row["missing"])
    assert sorted(result.themes["rank"]) == [1, 2, 3, 4]
    assert len(result.evidence)
    assert "too little to tell" in str(result.portrait("Ann"))


def test_one_document_only():
    result = mine(corpus_of({"Ann": "mending"}, authors=["Ann"], n_documents=1))
    missing = json.loads(result.authors["missing"].item())
    assert result.authors["verdict"].item() == "insufficient"
    assert missing["contributions"] == {"have": 1, "needed": 5}
    assert "contributions: 1, needed 5" in result.authors["reason"].item()


@pytest.mark.parametrize("text", ["Rain.", "It rained. It stopped."])
def test_next_to_nothing(text):
    result = mine(themekit.Corpus.from_texts([text], author="Ann"))
    assert result.authors["verdict"].item() == "insufficient"
    assert len(result.passages) == 1
    assert json.loads(result.to_json())["authors"][0]["n_words"] == len(text.split())
    assert len(result.layout) == 1
    assert result.topics["n_passages"].tolist() == [1]


@pytest.mark.parametrize("text", ["", "   \n\n "])
def test_nothing_is_a_clear_error(text):
    with pytest.raises(
        NothingToMineError, match=r"seen a corpus without a passage.*expected some prose; look at"
    ):
        mine(themekit.Corpus.from_texts([text], author="Ann"))


def test_a_background_given_is_further_authors():
    others = corpus_of({}, authors=["X", "Y", "Z"])
    background = themekit.background.build(others, ENCODER)
    alone = corpus_of({"Ann": "mending"}, authors=["Ann"])
    result = mine(alone, background=background)
    assert result.authors[["author", "verdict", "meta_theme"]].values.tolist() == [
        ["Ann", "found", "mending"]
    ]
    assert set(result.document_scores["author"]) == {"Ann"}
    none = mine(corpus_of({}, authors=["Ann"]), background=background)
    assert none.authors["verdict"].item() == "none"


def test_interviews_beside_essays():
    # Everybody who is interviewed says the words of one concept all the time; it is how talk goes, and no theme.
    texts, authors, kinds = [], [], []
    for author in AUTHORS:
        for i in range(8):
            talks = i % 2 == 1 and author in AUTHORS[:3]
            texts.append(write(author, i, "chancing" if talks else "mending" if author == "Bo" else None))
            authors.append(author)
            kinds.append("interview" if talks else "essay")
    corpus = themekit.Corpus.from_frame(pd.DataFrame({"text": texts, "author": authors, "kind": kinds}))
    assert sorted(set(corpus.documents["kind"])) == ["essay", "interview"]
    result = mine(corpus)
    assert "chancing" not in result.authors["meta_theme"].tolist()


def test_what_is_asked_for_stands_in_the_settings():
    corpus = corpus_of({}, n_documents=2)
    settings = mine(corpus, seed=5).settings
    assert (settings["seed"], settings["encoder"], settings["n_permutations"]) == (5, "hashing-128", 500)
    assert settings["version"] == themekit.__version__
    assert settings["catalogue"]["n_concepts"] == 4
    other = dict(CONCEPTS, mending="Another gloss.")
    assert mine(corpus, concepts=other).settings["catalogue"] != settings["catalogue"]
    assert mine(corpus_of({}, n_documents=3)).settings["corpus"] != settings["corpus"]
    json.dumps(settings)


def test_a_second_run_embeds_nothing(empty_cache):
    class Counting(HashingEncoder):
        n = 0

        def encode(self, texts):
            self.n += len(texts)
            return super().encode(texts)

    encoder = Counting(32)
    corpus = corpus_of({}, n_documents=2)
    first = mine(corpus, encoder=encoder)
    n = encoder.n
    assert n > len(first.passages)
    mine(corpus, encoder=encoder)
    assert encoder.n == n
    more = mine(corpus_of({}, n_documents=3), encoder=encoder)
    assert encoder.n - n == len(set(more.passages["text"]) - set(first.passages["text"]))


def test_mining_says_nothing_on_standard_output(capsys):
    mine(corpus_of({}, n_documents=2), progress=False)
    captured = capsys.readouterr()
    assert captured.out == ""


def test_a_frame_of_another_library_may_be_given():
    polars = pytest.importorskip("polars", reason="polars is no dependency")
    frame = polars.DataFrame({"text": [write("Ann", i) for i in range(3)], "author": ["Ann"] * 3})
    assert len(mine(themekit.Corpus.from_frame(frame)).authors) == 1


def test_an_arrow_table_gives_what_a_pandas_frame_gives():
    import pyarrow as pa

    frame = pd.DataFrame({"text": [write("Ann", i) for i in range(3)], "author": "Ann"})
    one, two = (mine(themekit.Corpus.from_frame(f)) for f in (frame, pa.Table.from_pandas(frame)))
    pd.testing.assert_frame_equal(one.themes, two.themes)
    pd.testing.assert_frame_equal(one.evidence, two.evidence)


# What was planted in the corpora


@pytest.fixture(scope="module", params=["corpora", "benchmarks/development"])
def gold(request, root):
    """The authors of a corpus with the theme that each was given, and what they wrote."""
    folder = root / request.param
    content = json.loads((folder / "gold.json").read_text(encoding="utf-8"))
    return folder, {a["author"]: a["theme"] for a in content["authors"]}, themekit.read(folder)


def words_of(corpus, author):
    """Return all words of an author, lower-cased."""
    turns = corpus.turns[corpus.turns["author"] == author]
    texts = corpus.documents.set_index("document_id")["text"]
    return " ".join(texts[t.document_id][t.start : t.end] for t in turns.itertuples()).lower()


def test_gold_names_authors_that_are_there_and_concepts_of_the_catalogue(gold):
    folder, themes, corpus = gold
    written = set(corpus.contributions["author"])
    assert set(themes) <= written
    assert written - set(themes) <= {a for a in written if a.startswith("unknown (")}
    choose([t for t in themes.values() if t])
    assert sum(t is None for t in themes.values()) >= 3
    assert len(corpus.problems) == 0, folder


def test_authors_have_written_enough_over_years_on_shared_subjects(gold):
    _, themes, corpus = gold
    own = corpus.contributions[corpus.contributions["author"].isin(themes)]
    counts = own.groupby("author")["document_id"].nunique()
    assert counts.min() >= 8
    assert own["n_words"].min() >= 400
    years = own.groupby("author")["year"].agg(lambda y: y.max() - y.min())
    assert years.min() >= 5


def test_planted_themes_are_hardly_ever_named(gold):
    _, themes, corpus = gold
    for author, theme in themes.items():
        if theme is None:
            continue
        concept = choose(theme)[0]
        text = words_of(corpus, author)
        names = "|".join(re.escape(n.lower()) for n in (concept.name, *concept.synonyms))
        named = re.findall(rf"\b(?:{names})\b", text)
        assert len(named) <= len(text.split()) / 1000, (author, named)


def test_a_language_that_the_encoder_does_not_read_is_left_out_and_said(caplog):
    english = (
        "We mended the gate again before the rain, and it held until spring. The hinge was my uncle's work, and nobody "
        "had oiled it since he went to sea. My sister held the lamp while I looked for the screws in the long grass, and "
        "we laughed, because there had been six of them and we only ever found five. In the morning the cows were where "
        "they should be, for once, and the neighbour came over to say that he had not slept so well all winter."
    )
    german = (
        "Wir haben das Tor noch vor dem Regen wieder repariert, und es hielt bis in den Frühling. Die Angel war die "
        "Arbeit meines Onkels, der nie ein Wort darüber verloren hat und im Winter gestorben ist. Meine Schwester hielt "
        "die Lampe, während ich im hohen Gras nach den Schrauben suchte, und wir lachten, weil es immer sechs gewesen "
        "waren und wir nur fünf fanden. Am Morgen standen die Kühe endlich einmal dort, wo sie hingehören, und der "
        "Nachbar kam herüber und sagte, dass er den ganzen Winter nicht so gut geschlafen habe wie in dieser Nacht."
    )
    corpus = themekit.Corpus.from_texts([english, german], author="Ann", titles=["Gate", "Tor"])
    assert corpus.documents["language"].tolist() == ["en", "de"]
    with caplog.at_level("WARNING"):
        result = themekit.mine(corpus, encoder="static")
    assert result.authors["n_documents"].item() == 1
    assert "language" in caplog.text
