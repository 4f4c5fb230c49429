"""Stability: what stays when seed, encoder, passage length or documents change, on authors whose truth is known."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

import themekit
from themekit import agreement, cli
from themekit.agreement import RUN_COLUMNS, stability

CONCEPTS = [
    "repair",
    "chance",
    "competition",
    "agency",
    "freedom",
    "memory",
    "trust",
    "leverage",
    "patience",
    "compression",
]


@pytest.fixture(scope="module")
def people(corpora):
    """Seven people of the shipped corpora whose themes are among the candidates."""
    gold = {
        row["author"]: row["theme"]
        for row in json.loads((corpora / "gold.json").read_text(encoding="utf-8"))["authors"]
    }
    names = {theme: author for author, theme in gold.items() if theme in CONCEPTS}
    folders = {folder.name: folder for folder in (corpora / "essays").iterdir()}
    own = [f for name, f in sorted(folders.items()) if name.replace("-", " ").title() in names.values()]
    own = [f for f in own if len(list(f.iterdir())) == 8][:7]
    assert len(own) == 7
    return themekit.read(*own)


@pytest.fixture(scope="module")
def result(people):
    return themekit.mine(people, encoder="static", concepts=CONCEPTS, n_permutations=500)


@pytest.fixture(scope="module")
def found(result):
    return stability(result, seeds=(0, 1, 2), lengths=(3,), n_left_out=5)


def test_each_variation_is_a_run_of_each_author(result, found):
    assert list(found.runs.columns) == RUN_COLUMNS
    counts = found.runs.groupby("varied")["value"].nunique()
    # Seed 0 and the encoder are the result's own and vary nothing.
    assert counts.to_dict() == {"document": 5, "length": 1, "seed": 2}
    assert found.runs.groupby("author").size().eq(8).all()
    assert found.summary["author"].tolist() == result.authors["author"].tolist()


def test_what_is_the_same_is_counted_as_the_same(result, found):
    told = result.summary().set_index("author")
    runs = found.runs
    assert (runs["same_verdict"] == (runs["verdict"] == runs["author"].map(told["verdict"]))).all()
    assert (runs["same_leading"] == (runs["leading"] == runs["author"].map(told["leading"]))).all()
    assert (runs["same_leading"] == (runs["rank_of_usual"] == 1)).all()
    assert runs["rank_of_usual"].between(1, len(CONCEPTS)).all()
    np.testing.assert_allclose(
        found.summary.set_index("author")["same_leading"], runs.groupby("author")["same_leading"].mean()
    )


def test_a_seed_changes_no_effect_and_leaving_out_does(result, found):
    told = result.summary().set_index("author")["effect"]
    by_seed = found.runs[found.runs["varied"] == "seed"]
    np.testing.assert_allclose(by_seed["effect"], by_seed["author"].map(told))
    without = found.runs[found.runs["varied"] == "document"]
    assert (without["effect"] - without["author"].map(told)).abs().max() > 0.05


def test_what_is_strong_stays(result, found):
    strong = result.summary().query("verdict == 'found' and effect > 2")["author"]
    assert len(strong) >= 2
    shares = found.summary.set_index("author").loc[strong, "same_leading"]
    assert shares.mean() > 0.85


def test_the_line_says_the_counts(found):
    for author in found.summary["author"]:
        own = found.runs[found.runs["author"] == author]
        leading = found.summary.set_index("author").loc[author, "leading"]
        same = own["same_verdict"] & own["same_leading"]
        by = same.groupby(own["varied"]).sum()
        line = found.line(author)
        assert line.startswith(
            f"Stability: in {same.sum()} of 8 runs {leading} leads and the verdict is the same (other seeds {by['seed']} of 2, "
            f"other passage lengths {'yes' if by['length'] else 'no'}, without a document {by['document']} of 5)"
        )
        told = f"; {leading} leads in {own['same_leading'].sum()}" in line
        assert told == (not same.all()), "what is the same in all runs is said once"
        assert not told or line.endswith(f"the verdict is the same in {own['same_verdict'].sum()}.")
    assert "7 authors, 56 runs" in repr(found)
    assert found.summary["author"].iloc[0] in found._repr_html_()
    assert "Zoe" not in found
    with pytest.raises(KeyError, match=r"seen author 'Zoe'; expected one of those looked at; see"):
        found.line("Zoe")


def told(*runs):
    """Return the stability of one author, mined as repair, found, in runs of ``varied, value, verdict, leading``."""
    table = pd.DataFrame(runs, columns=["varied", "value", "verdict", "leading"])
    table = table.assign(
        author="Ann", same_verdict=table["verdict"] == "found", same_leading=table["leading"] == "repair"
    )
    most = table["leading"].mode()[0]
    summary = pd.DataFrame({"author": ["Ann"], "leading": ["repair"], "most_often": [most]})
    return agreement.Stability(table, summary)


@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        ([("encoder", "static", "found", "repair")], "in 1 of 1 runs repair leads and the verdict is the same (static vectors yes)."),
        (
            [("encoder", "minilm", "none", "repair")],
            "in 0 of 1 runs repair leads and the verdict is the same (MiniLM no); repair leads in 1, the verdict is the same in 0.",
        ),
        (
            [("encoder", "static", "found", "play"), ("encoder", "<b>\u202e", "found", "play"), ("length", "joined", "none", "repair")],
            ("in 0 of 3 runs repair leads and the verdict is the same (other encoders 0 of 2, longer passages no); "
            "repair leads in 1 (play most often), the verdict is the same in 2."),
        ),
    ],
)  # fmt: skip
def test_the_line_counts_what_was_planted(runs, expected):
    assert told(*runs).line("Ann") == f"Stability: {expected}"


def test_a_portrait_prints_it_where_it_was_looked_at(result, found, tmp_path):
    author = found.summary["author"].iloc[0]
    portrait = result.portrait(author, stability=found)
    assert portrait.stability == found.line(author)
    assert found.line(author) in " ".join(str(portrait).split())
    assert found.line(author) in portrait._repr_html_()
    assert "Stability" not in str(result.portrait(author)) + result.portrait(author)._repr_html_()
    one = stability(result, authors=[author], seeds=(4,), lengths=(), encoders=(), n_left_out=0)
    with pytest.raises(KeyError, match="expected one of those looked at"):
        result.portrait(result.authors["author"].iloc[1], stability=one)
    page = result.report(tmp_path / "report.html", texts="none", stability=one).read_text("utf-8")
    assert page.count(one.line(author)) == 1
    assert page.count("Stability: ") == 1, "of the one who was looked at"


def test_what_could_steer_is_shown_as_text(result):
    name = result.authors["author"].iloc[0]
    runs = told(("encoder", "<script>alert(1)</script>\x1b[31m", "found", "repair"))
    hostile = agreement.Stability(runs.runs.assign(author=name), runs.summary.assign(author=name))
    portrait = result.portrait(name, stability=hostile)
    page = portrait._repr_html_()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;\\x1b[31m yes" in page
    assert "<script" not in page
    assert "\x1b" not in str(portrait) + page


def test_the_command_says_it_on_each_portrait(capsys, tmp_path, monkeypatch):
    texts = {
        "ann": ["We mended the gate again.", "The hinge was mended by noon."],
        "bo": ["I count ships."] * 2,
    }
    for name, own in texts.items():
        (tmp_path / "texts" / name).mkdir(parents=True)
        for i, text in enumerate(own):
            (tmp_path / "texts" / name / f"{i}.txt").write_text(text, encoding="utf-8")
    (tmp_path / "own.yml").write_text("salt: Things keep because of what stings in them.\n", encoding="utf-8")
    asked = [
        str(tmp_path / "texts"),
        "--authors-from-folders",
        "--encoder",
        "static",
        "--concepts",
        str(tmp_path / "own.yml"),
    ]
    monkeypatch.setattr("sys.argv", ["themekit", "--quiet", "mine", *asked, "--stability"])
    cli.main()
    out = capsys.readouterr().out
    assert out.count("Stability: in ") == 2, "one for each author, with concepts of one's own, too"
    assert "runs salt leads" in " ".join(out.split())
    monkeypatch.setattr("sys.argv", ["themekit", "--quiet", "mine", *asked])
    cli.main()
    assert "Stability" not in capsys.readouterr().out


def test_some_authors_only(result):
    name = result.authors["author"].iloc[2]
    one = stability(result, authors=[name.upper()], seeds=(4,), lengths=(), encoders=(), n_left_out=2)
    assert one.runs["author"].unique().tolist() == [name]
    assert len(one.runs) == 3


def test_the_same_again(result, found):
    again = stability(result, seeds=(0, 1, 2), lengths=(3,), n_left_out=5)
    pd.testing.assert_frame_equal(again.runs, found.runs)


def test_a_loaded_result_and_a_corpus_give_the_same(people, result, tmp_path):
    options = {"seeds": (1,), "lengths": (), "n_left_out": 1}
    result.save(tmp_path / "kept")
    loaded = stability(themekit.load(tmp_path / "kept"), **options)
    pd.testing.assert_frame_equal(loaded.runs, stability(result, **options).runs)
    mined = stability(people, encoders=["static"], **options)
    assert set(mined.runs["varied"]) == {"seed", "document"}


def test_joined_passages_are_pairs_within_a_contribution(result):
    vectors = np.eye(len(result.passages), dtype=np.float32)
    passages, joined = agreement._joined(result.passages, vectors)
    per = result.passages.groupby(["document_id", "author"]).size()
    assert len(passages) == ((per + 1) // 2).sum()
    np.testing.assert_allclose(np.linalg.norm(joined, axis=1), 1, atol=1e-6)
    members = joined > 0
    assert set(members.sum(axis=1)) <= {1, 2}
    of = result.passages["document_id"].to_numpy()
    assert all(len(set(of[row])) == 1 for row in members)
    assert (passages["document_id"].to_numpy() == of[members.argmax(axis=1)]).all()


def test_own_concepts_and_backgrounds_are_asked_for(people, result):
    own = themekit.concepts.choose({"salt": "Things keep because of what stings in them."})
    mined = themekit.mine(people, encoder="static", concepts=own, n_permutations=50)
    options = {"seeds": (1,), "lengths": (), "n_left_out": 0}
    with pytest.raises(
        ValueError, match=r"seen concepts of your own \(salt\).*; expected them here, too; pass"
    ):
        stability(mined, **options)
    assert stability(mined, concepts=own, **options).runs["leading"].eq("salt").all()
    others = themekit.background.build(people, themekit.find_encoder("static"), name="theirs")
    mined = themekit.mine(
        people, encoder="static", concepts="repair,chance", background=others, n_permutations=50
    )
    with pytest.raises(
        ValueError, match=r"seen a result with a background of your own \(theirs\); expected it here, too"
    ):
        stability(mined, **options)
    assert len(stability(mined, background=others, **options).runs) == 7
