"""Judgements: the file beside the corpus, what it sharpens, what may test it, and how judges agree."""

from __future__ import annotations

import errno
import shutil
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import themekit
from themekit import acts, sharpening
from themekit.acts import Edit, Judgement, Part
from themekit.concepts import Concept, scenes, vectors
from themekit.encoders import find_encoder
from themekit.judgements import (
    Judgements,
    JudgementsFileError,
    JudgementsNotSavedError,
    agreement,
    disagreements,
    halves,
    proposals,
    resolve,
    sharpen,
)
from themekit.passages import pack, sentences
from themekit.themes import NEEDED

SEEN_EXPECTED_DO = r"(?s)^seen .+; expected .+[;:] .+"


def say(desk, document="d1", start=0, answer="yes", theme="repair", **more):
    return desk.add(
        theme=theme,
        document_id=document,
        start=start,
        end=start + 9,
        quote="The gate.",
        answer=answer,
        **more,
    )


def answers(desk):
    return desk.table[["judge", "theme", "document_id", "start", "answer"]].values.tolist()


# The file


def test_what_was_said_is_there_again_and_is_plain_text(tmp_path):
    desk = Judgements.open(tmp_path, judge=" Ann ")
    quote = 'He said: "no".\n\n- It\'s café, 漢字, 😀\t#1 '
    made = desk.add(
        theme="repair", document_id="d1", source="essays/gate.txt", start=3, end=3 + len(quote), quote=quote, answer="no",
        note="yes: see *this*", origin="marked",
    )  # fmt: skip
    assert Judgements.open(tmp_path).judgements == [made]
    text = (tmp_path / "judgements.yml").read_text(encoding="utf-8")
    assert "schema: themekit/judgements/1\n" in text
    assert "\n- source: essays/gate.txt\n" in text
    assert "  answer: 'no'\n" in text  # else another reader of YAML has False
    assert made.judge == "Ann"
    assert desk.table.dtypes[["start", "end"]].tolist() == ["int64", "int64"]


def test_the_file_lies_beside_the_corpus_or_where_it_is_said(tmp_path):
    (tmp_path / "gate.txt").write_text("The gate.", encoding="utf-8")
    assert Judgements.open(tmp_path / "gate.txt").path == (tmp_path / "judgements.yml").resolve()
    assert Judgements.open(tmp_path / "own.yml").path.name == "own.yml"
    with pytest.raises(JudgementsFileError, match=SEEN_EXPECTED_DO):
        Judgements.open(tmp_path / "nowhere")
    assert not list(tmp_path.glob("*.yml"))  # only reading makes no file


def test_the_corpus_beside_it_reads_no_judgements(tmp_path):
    (tmp_path / "gate.txt").write_text("We mended the gate again. It held.", encoding="utf-8")
    say(Judgements.open(tmp_path, judge="Ann"))
    corpus = themekit.read(tmp_path, author="Ann")
    assert corpus.documents["source"].str.contains("gate.txt").tolist() == [True]


def test_a_later_answer_counts_and_undo_gives_the_earlier_one_back(tmp_path):
    desk = Judgements.open(tmp_path, judge="Ann")
    for answer in ("yes", "unsure", "no"):
        say(desk, answer=answer)
    seen = [desk.table["answer"].item()]
    for _ in range(2):
        desk = Judgements.open(tmp_path, judge="Ann")  # undo reaches back over sessions
        desk.undo()
        seen.append(Judgements.open(tmp_path).table["answer"].item())
    desk.undo()
    assert seen == ["no", "unsure", "yes"]
    assert desk.table.empty
    assert desk.undo() is None
    assert len(desk.acts) == 3  # what was taken back is marked, and told no longer


def test_undo_takes_the_last_act_of_this_judge_whatever_the_clock_says(tmp_path):
    ann, bo = (Judgements.open(tmp_path, judge=name) for name in ("Ann", "Bo"))
    for i in range(5):
        say(ann, start=10 * i)  # within one second
    say(bo)
    assert ann.undo().start == 40
    assert ann.undo().start == 30
    assert [row[0] for row in answers(Judgements.open(tmp_path))] == ["Ann", "Bo", "Ann", "Ann"]
    times = [act.when for act in ann.acts if act.judge == "Ann"]
    assert len(set(times)) == 5


def test_two_open_desks_lose_nothing(tmp_path):
    one, two = Judgements.open(tmp_path, judge="Ann"), Judgements.open(tmp_path, judge="Ann")
    say(one, start=0)
    say(two, start=10)
    say(one, start=20, answer="no")
    two.undo()  # the last of this judge is the other tab's
    assert [row[3] for row in answers(Judgements.open(tmp_path))] == [0, 10]
    one.refresh()
    assert answers(one) == answers(two)


WRITER = """
import sys
from themekit.judgements import Judgements
desk = Judgements.open(sys.argv[1], judge=sys.argv[2])
for i in range(15):
    desk.add(theme="repair", document_id="d1", start=10 * i, end=10 * i + 9, quote="The gate.", answer="yes")
"""


def test_processes_that_write_at_once_lose_nothing(tmp_path):
    names = ["Ann", "Bo", "Cy"]
    running = [subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path), name]) for name in names]
    assert [process.wait(timeout=120) for process in running] == [0, 0, 0]
    table = Judgements.open(tmp_path).table
    assert table.groupby("judge").size().to_dict() == dict.fromkeys(names, 15)
    assert sorted(p.name for p in tmp_path.iterdir()) in (
        [".judgements.yml.lock", "judgements.yml"],
        ["judgements.yml"],
    )


def test_joining_is_the_same_in_any_order_and_as_often_as_one_likes():
    first = Judgement("Ann", "2026-11-25T18:00:00Z", "repair", "d1", "", 0, 9, "The gate.", "yes")
    later = replace(first, when="2026-11-25T18:05:00Z", answer="no")
    gone = replace(later, withdrawn="2026-11-25T18:06:00Z")
    for copies in (
        [[first, later], [gone]],
        [[gone], [later], [first]],
        [[gone, first], [gone, later], [first]],
    ):
        whole = acts.join(*copies)
        assert acts.standing(whole) == [first]
        assert acts.join(whole, whole) == whole
        assert acts.from_text(acts.to_text(whole), "judgements.yml") == whole


# When it cannot be written


def test_what_cannot_be_saved_is_said_kept_and_saved_with_the_next(tmp_path, monkeypatch):
    desk = Judgements.open(tmp_path, judge="Ann")
    say(desk, start=0)

    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("themekit.judgements.os.fsync", full)
        with pytest.raises(
            JudgementsNotSavedError, match=r"seen no space left.*expected to write 1 act .*make room"
        ):
            say(desk, start=10)
        with pytest.raises(JudgementsNotSavedError, match="expected to write 2 acts"):
            desk.rename("repair", "mending")
    assert len(desk.table) == 2
    assert desk.n_unsaved == 2
    assert "not saved" in repr(desk)
    assert len(Judgements.open(tmp_path).table) == 1  # what was there stays whole
    assert not list(tmp_path.glob(".judgements.yml-*"))
    say(desk, start=20)
    assert desk.n_unsaved == 0
    assert Judgements.open(tmp_path).table["theme"].tolist() == ["mending"] * 3


LIMITED = """
import resource, signal, sys
from themekit.judgements import Judgements, JudgementsNotSavedError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
desk = Judgements.open(sys.argv[1], judge="Ann")
resource.setrlimit(resource.RLIMIT_FSIZE, (100, resource.RLIM_INFINITY))
try:
    desk.add(theme="repair", document_id="d1", start=0, end=9, quote="The gate.", answer="yes")
except JudgementsNotSavedError as error:
    print(error)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
desk.save()
print(len(Judgements.open(sys.argv[1]).table))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits of a process are POSIX")
def test_a_disk_that_takes_no_more_for_real(tmp_path):
    run = subprocess.run(
        [sys.executable, "-c", LIMITED, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    said, n = run.stdout.splitlines()
    assert "seen file too large; expected to write 1 act" in said
    assert n == "1"


def test_a_folder_that_is_read_only(tmp_path, monkeypatch):
    desk = Judgements.open(tmp_path, judge="Ann")

    def refused(**_):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("themekit.judgements.tempfile.mkstemp", refused)
    with pytest.raises(
        JudgementsNotSavedError, match=r"seen permission denied; .*look at the rights of the folder"
    ):
        say(desk)
    assert len(desk.table) == 1


def test_a_folder_that_went_away(tmp_path):
    folder = tmp_path / "corpus"
    folder.mkdir()
    desk = Judgements.open(folder, judge="Ann")
    folder.rmdir()
    with pytest.raises(JudgementsNotSavedError, match=SEEN_EXPECTED_DO):
        say(desk)
    folder.mkdir()
    desk.save()
    assert len(Judgements.open(folder).table) == 1


def test_whoever_holds_the_file_too_long_is_named_as_the_cause(tmp_path, monkeypatch):
    from filelock import FileLock

    monkeypatch.setattr("themekit.judgements._PATIENCE", 0.05)
    desk = Judgements.open(tmp_path, judge="Ann")
    with (
        FileLock(tmp_path / ".judgements.yml.lock"),
        pytest.raises(JudgementsNotSavedError, match="another process"),
    ):
        say(desk)
    desk.save()
    assert len(Judgements.open(tmp_path).table) == 1


WHOLE = acts.to_text([Judgement("Ann", "2026-11-25T18:00:00Z", "repair", "d1", "", 0, 9, "The gate.", "yes")])
BROKEN = {
    "not YAML": (WHOLE + "  - [", "does not parse"),
    "another schema": (WHOLE.replace("judgements/1", "judgements/2"), "'themekit/judgements/2'"),
    "something else": ("- a\n- b\n", "schema None"),
    "a conflict": (
        WHOLE.replace("edits", "<<<<<<< HEAD\n=======\n>>>>>>> theirs\nedits"),
        "conflict that git left",
    ),
    "another answer": (WHOLE.replace("'yes'", "maybe"), "answer 'maybe', none of yes, no, unsure"),
    "no quote": (WHOLE.replace("  quote: The gate.\n", ""), "quote"),
    "no start": (WHOLE.replace("  start: 0\n", ""), "'start'"),
    "a word for a number": (WHOLE.replace("start: 0", "start: zero"), "'zero' for a number"),
    "the end before the start": (WHOLE.replace("start: 0", "start: 12"), "start 12 and end 9"),
    "no time": (WHOLE.replace("18:00:00Z", "tea"), "time '2026-11-25Ttea'"),
    "a field of somebody else's": (WHOLE.replace("  end: 9", "  end: 9\n  mood: good"), "mood"),
    "said twice": (WHOLE.replace("  end: 9", "  end: 9\n  end: 10"), "said twice"),
    "nobody": (WHOLE.replace("judge: Ann", "judge: ''"), "nobody for judge"),
    "a list for a word": (WHOLE.replace("theme: repair", "theme: [a, b]"), "for theme"),
    "no list": (WHOLE.replace("edits: []", "edits: {a: b}"), "no list"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_file_is_refused_by_name_and_never_overwritten(tmp_path, what):
    text, why = BROKEN[what]
    file = tmp_path / "judgements.yml"
    desk = Judgements.open(tmp_path, judge="Ann")
    file.write_text(text, encoding="utf-8")
    with pytest.raises(JudgementsFileError, match=SEEN_EXPECTED_DO) as refused:
        Judgements.open(tmp_path)
    assert why in str(refused.value)
    assert "judgements.yml" in str(refused.value)
    with pytest.raises(JudgementsNotSavedError, match=SEEN_EXPECTED_DO):
        say(desk, start=30)
    assert file.read_text(encoding="utf-8") == text
    file.write_text(WHOLE, encoding="utf-8")
    desk.save()
    assert [row[3] for row in answers(Judgements.open(tmp_path))] == [0, 30]


def test_bytes_that_are_no_text_are_refused(tmp_path):
    (tmp_path / "judgements.yml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(JudgementsFileError, match=SEEN_EXPECTED_DO):
        Judgements.open(tmp_path)


def test_what_was_taken_out_by_hand_does_not_come_back(tmp_path):
    desk = Judgements.open(tmp_path, judge="Ann")
    say(desk, start=0)
    say(desk, start=10)
    (tmp_path / "judgements.yml").write_text(WHOLE, encoding="utf-8")
    say(desk, start=50)
    assert [row[3] for row in answers(Judgements.open(tmp_path))] == [0, 50]


@pytest.mark.parametrize(
    "wrong",
    [{"answer": "maybe"}, {"theme": " "}, {"origin": "found"}, {"start": -1}],
    ids=lambda w: next(iter(w)),
)
def test_what_is_no_judgement_is_refused_and_not_kept(tmp_path, wrong):
    desk = Judgements.open(tmp_path, judge="Ann")
    with pytest.raises(ValueError, match=SEEN_EXPECTED_DO):
        say(desk, **wrong)
    with pytest.raises(ValueError, match=SEEN_EXPECTED_DO):
        Judgements.open(tmp_path, judge=" ")
    with pytest.raises(ValueError, match=SEEN_EXPECTED_DO):
        say(Judgements.open(tmp_path))
    assert desk.n_unsaved == 0
    assert not (tmp_path / "judgements.yml").exists()


# Git


def git(folder, *arguments, check=True):
    who = ["-c", "user.name=Ann", "-c", "user.email=ann@example.org", "-c", "init.defaultBranch=main"]
    return subprocess.run(
        ["git", *who, *arguments], cwd=folder, capture_output=True, text=True, check=check, timeout=60
    )


needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not here")


def branches(folder, by_ann, by_bo):
    """Two copies with something in common, each with more of its own, on two branches."""
    git(folder, "init")
    for i in range(6):
        say(Judgements.open(folder, judge="Ann"), document=f"d{i}")
    git(folder, "add", "judgements.yml")
    git(folder, "commit", "-m", "common")
    git(folder, "checkout", "-b", "bo")
    by_bo(Judgements.open(folder, judge="Bo"))
    git(folder, "commit", "-am", "Bo")
    git(folder, "checkout", "main")
    by_ann(Judgements.open(folder, judge="Ann"))
    git(folder, "commit", "-am", "Ann")
    return git(folder, "merge", "bo", check=False)


@needs_git
def test_git_merges_what_is_said_of_different_passages(tmp_path):
    merged = branches(
        tmp_path,
        lambda ann: [say(ann, "d1", 20), say(ann, "d4", 20)],
        lambda bo: [say(bo, "d2", 20), say(bo, "d5", 20)],
    )
    assert merged.returncode == 0, merged.stdout
    table = Judgements.open(tmp_path).table
    assert table.groupby("judge").size().to_dict() == {"Ann": 8, "Bo": 2}


@needs_git
def test_a_conflict_of_git_is_resolved_without_loss(tmp_path):
    merged = branches(
        tmp_path,
        lambda ann: [say(ann, "d3", 20), ann.undo(), say(ann, "d3", 40)],
        lambda bo: say(bo, "d3", 20, "no"),
    )
    assert merged.returncode == 1
    with pytest.raises(JudgementsFileError, match="resolve"):
        Judgements.open(tmp_path)
    assert resolve(tmp_path) == 9
    said = [row for row in answers(Judgements.open(tmp_path)) if row[3]]
    assert said == [["Bo", "repair", "d3", 20, "no"], ["Ann", "repair", "d3", 40, "yes"]]


def test_another_copy_is_taken_in(tmp_path):
    here, there = tmp_path / "here", tmp_path / "there"
    for folder, name in ((here, "Ann"), (there, "Bo")):
        folder.mkdir()
        say(Judgements.open(folder, judge=name))
    desk = Judgements.open(here, judge="Ann")
    assert [desk.include(there), desk.include(there)] == [1, 0]
    assert Judgements.open(here).table["judge"].tolist() == ["Ann", "Bo"]
    with pytest.raises(JudgementsFileError, match=SEEN_EXPECTED_DO):
        desk.include(tmp_path)


# Themes


def test_themes_are_renamed_merged_and_split_and_all_of_it_undone(tmp_path):
    desk = Judgements.open(tmp_path, judge="Ann")
    say(desk, start=0, theme="repair")
    second = say(desk, start=10, theme="patience")
    say(desk, start=20, theme="patience", answer="no")
    desk.rename("repair", "mending", "Going to what is broken.")
    desk.merge(["mending", "patience"], "care")
    desk.split("care", {"waiting": [second]}, {"waiting": "Letting it take its time."})
    again = Judgements.open(tmp_path, judge="Ann")
    assert again.table["theme"].tolist() == ["care", "waiting", "care"]
    assert again.called("repair") == "care"
    assert len(again.for_theme("mending")) == 2
    themes = again.themes.set_index("theme")
    assert themes.loc["waiting", ["gloss", "n_yes"]].tolist() == ["Letting it take its time.", 1]
    assert themes.loc["care", "made_of"] == ("patience", "repair")
    assert themes.loc["care", ["n_yes", "n_no", "n_unsure", "n_judges"]].tolist() == [1, 1, 0, 1]
    kinds = [again.undo().edit for _ in range(3)]
    assert kinds == ["split", "merge", "rename"]
    assert Judgements.open(tmp_path).table["theme"].tolist() == ["repair", "patience", "patience"]


def test_an_edit_of_themes_holds_for_who_did_not_know_of_it(tmp_path):
    ann, bo = (Judgements.open(tmp_path, judge=name) for name in ("Ann", "Bo"))
    ann.rename("smoke, breath, air", "breathing", "What goes in and out.")
    say(bo, theme="smoke, breath, air")
    assert bo.table["theme"].tolist() == ["breathing"]
    assert bo.undo().theme == "smoke, breath, air"
    assert ann.themes[["theme", "gloss"]].values.tolist() == [["breathing", "What goes in and out."]]


def test_edits_that_cannot_be_are_refused(tmp_path):
    desk = Judgements.open(tmp_path, judge="Ann")
    first = say(desk, theme="repair")
    say(desk, theme="patience")
    for attempt in (
        lambda: desk.rename("repair", "patience"),
        lambda: desk.rename("repair", " "),
        lambda: desk.merge(["repair"], "care"),
        lambda: desk.split("repair", {"care": []}),
        lambda: desk.split("repair", {"care": [first], "mending": [first.place]}),
        lambda: desk.split("repair", {"patience": [first]}),
    ):
        with pytest.raises(ValueError, match=SEEN_EXPECTED_DO):
            attempt()
    assert not [act for act in desk.acts if isinstance(act, Edit)]


def test_edits_are_written_and_read():
    edit = Edit(
        "Ann", "2026-11-25T18:00:00Z", "split", ("care",), (Part("a", "A gloss.", (("d1", 0, 9),)), Part("b"))
    )
    assert acts.from_text(acts.to_text([edit]), "judgements.yml") == [edit]


def test_one_more_of_a_thousand_is_written_without_making_the_others_anew(tmp_path, monkeypatch):
    desk = Judgements.open(tmp_path, judge="Ann")
    said = {"theme": "repair", "source": "", "end": 9, "quote": "The gate. " * 20, "answer": "yes"}
    many = [
        Judgement("Ann", "2026-11-25T18:00:00Z", document_id=f"d{i}", start=0, **said) for i in range(1000)
    ]
    (tmp_path / "judgements.yml").write_text(acts.to_text(many), encoding="utf-8")
    say(desk, "new")
    made = acts._block.cache_info().misses
    monkeypatch.setattr(acts, "from_text", None)  # nobody else wrote: nothing is parsed
    say(desk, "new", start=10)
    assert acts._block.cache_info().misses == made + 1
    monkeypatch.undo()
    assert len(Judgements.open(tmp_path).table) == 1002


# What is sharpened. The corpus is made of the catalogue's scenes: what shows the theme is known of every passage.

THEMES = {"Ada": "repair", "Bea": "chance", "Cid": "patience", "Dot": "symmetry"}


def cut(scene):
    return [scene[s.start : s.end] for s in pack(sentences(scene, 0, len(scene), "en"), 3)]


@pytest.fixture(scope="module")
def world():
    """Four authors with a document in each domain, which holds the scene of their theme; themes given by a gloss alone."""
    rng = np.random.default_rng(0)
    names = [c.name for c in themekit.catalogue()]
    free = [name for name in names if name not in THEMES.values()][:40]
    texts, authors, shown = [], [], {}
    for by_concept in scenes().values():
        pool = [part for name in free for part in cut(by_concept[name])]
        order = iter(rng.permutation(len(pool)))
        for author, theme in THEMES.items():
            own = cut(by_concept[theme])
            parts = own + [pool[next(order)] for _ in range(12 - len(own))]
            text, spans = "", []
            for i in rng.permutation(12):
                spans += [(len(text), len(text) + len(parts[i]))] if i < len(own) else []
                text += parts[i] + "\n\n"
            texts.append(text.rstrip())
            authors.append(author)
            shown[text.rstrip()] = spans
    glosses = {c.name: c.gloss for c in themekit.catalogue()}
    candidates = [
        Concept(name, glosses[name]) if name in THEMES.values() else name
        for name in [*THEMES.values(), *free[:20]]
    ]
    result = themekit.mine(
        themekit.Corpus.from_texts(texts, author=authors),
        encoder="static",
        concepts=candidates,
        n_permutations=200,
    )
    by_id = result.documents.set_index("document_id")["text"].map(shown)
    truth = np.array([
        2 * sum(max(0, min(p.end, end) - max(p.start, start)) for start, end in by_id[p.document_id]) >= p.end - p.start
        for p in result.passages.itertuples()
    ])  # fmt: skip
    return result, truth


def of(result, document_ids):
    """The same result as if there were only these documents."""
    keep = result.passages["document_id"].isin(document_ids).to_numpy()
    tables = {name: getattr(result, name) for name in ("documents", "turns", "passages")}
    return replace(
        result, **{name: t[t["document_id"].isin(document_ids)].reset_index(drop=True) for name, t in tables.items()},
        assignments=result.assignments[keep].reset_index(drop=True), vectors=result.vectors[keep],
    )  # fmt: skip


@pytest.fixture
def desk(tmp_path):
    return Judgements.open(tmp_path, judge="Ann")


def judge(desk, row, theme, answer, **more):
    return desk.add(
        theme=theme, document_id=row.document_id, start=row.start, end=row.end, quote=getattr(row, "quote", None) or row.text,
        answer=answer, **more,
    )  # fmt: skip


def judge_proposed(world, desk, author, n):
    result, truth = world
    known = dict(zip(result.passages["passage_id"], truth, strict=True))
    for row in proposals(result, author, THEMES[author], desk).head(n).itertuples():
        judge(desk, row, THEMES[author], "yes" if known[row.passage_id] else "no")


def test_halves_leave_what_a_verdict_takes(world):
    result, _ = world
    discovery, test = halves(result, "ada")
    assert (len(discovery), len(test)) == (6, 6)
    assert halves(result, "Ada") == (discovery, test)
    assert set(discovery) | set(test) == set(result.passages.query("author == 'Ada'")["document_id"])
    own = sorted(discovery + test)
    sizes = {n: len(halves(of(result, own[:n]), "Ada")[0]) for n in (1, 4, 6, 8, 11)}
    assert sizes == {1: 0, 4: 2, 6: 1, 8: 3, 11: 5}  # of four nothing can be tested, whatever is judged


def test_proposals_are_of_the_discovery_half_and_in_order(world, desk):
    result, _ = world
    asked = proposals(result, "Ada", "repair", desk)
    assert set(asked["document_id"]) == set(halves(result, "Ada")[0])
    why = asked["why"].tolist()
    n = why.count("evidence")
    assert n >= 1
    assert why[: n + 4] == ["evidence"] * n + ["next best", "next best", "near the line", "next best"]
    evidence = result.quotes("Ada", "repair", "for")["passage_id"]
    assert set(asked["passage_id"].head(n)) <= set(evidence)
    line = asked[asked["why"] == "near the line"]["score"].iloc[0]
    assert line < asked["score"].iloc[n]
    texts = result.documents.set_index("document_id")["text"]
    row = asked.iloc[0]
    assert texts[row["document_id"]][row["start"] : row["end"]] == row["quote"]


def test_what_one_has_judged_is_not_asked_again_but_others_are_asked(world, desk):
    result, _ = world
    first = proposals(result, "Ada", "repair", desk).iloc[0]
    judge(desk, first, "repair", "unsure")
    assert first["passage_id"] not in set(proposals(result, "Ada", "repair", desk)["passage_id"])
    other = Judgements.open(desk.path, judge="Bo")
    assert proposals(result, "Ada", "repair", other)["passage_id"].iloc[0] == first["passage_id"]
    desk.undo()
    assert proposals(result, "Ada", "repair", desk)["passage_id"].iloc[0] == first["passage_id"]


def test_marked_quotes_teach_what_words_do_not_say(world, desk):
    from sklearn.metrics import average_precision_score

    result, truth = world
    gained = []
    for author in THEMES:
        theme = f"what {author} does"
        rows = result.passages[
            (result.passages["author"] == author)
            & result.passages["document_id"].isin(halves(result, author)[0])
        ]
        for answer, some in (("yes", rows[truth[rows.index]]), ("no", rows[~truth[rows.index]])):
            for row in some.head(12).itertuples():
                judge(desk, row, theme, answer, origin="marked" if answer == "yes" else "proposed")
    sharpened = sharpen(result, desk)
    for row in sharpened.account.itertuples():
        test = result.passages["document_id"].isin(row.test).to_numpy()
        before, after = (
            average_precision_score(truth[test], sharpened.scores(row.theme, before=b)[test])
            for b in (True, False)
        )
        gained.append(after - before)
        assert row.n_marked == row.n_yes
    assert len(gained) == 4
    assert min(gained) > 0
    assert np.mean(gained) > 0.1
    assert sharpened.after["effect"].mean() > sharpened.before["effect"].mean() + 0.3


def test_nothing_is_applied_to_the_result(world, desk):
    result, _ = world
    held = (
        result.directions.copy(),
        result.themes.copy(),
        result.passage_scores.copy(),
        result.evidence.copy(),
    )
    judge_proposed(world, desk, "Ada", 10)
    _ = sharpen(result, desk).after
    assert (result.directions == held[0]).all()
    assert (result.passage_scores == held[2]).all()
    assert result.themes.equals(held[1])
    assert result.evidence.equals(held[3])


def test_judged_documents_have_no_part_in_the_test(world, desk):
    result, _ = world
    judge_proposed(world, desk, "Ada", 10)
    sharpened = sharpen(result, desk)
    account = sharpened.account.iloc[0]
    own = set(result.passages.query("author == 'Ada'")["document_id"])
    judged = set(desk.table["document_id"])
    assert set(account["discovery"]) == judged
    assert set(account["test"]) == own - judged
    assert account["can_test"]
    assert account["said"] == (
        f"repair, Ada: 10 judgements in {len(judged)} documents, which have no part in the test; {len(own - judged)} documents with "
        f"{account['n_test_words']:,} words are left to test with."
    )
    # Whatever the judged documents were, the figures are the same.
    changed = result.vectors.copy()
    rows = np.flatnonzero(result.passages["document_id"].isin(judged))
    changed[rows] = np.random.default_rng(1).normal(size=(len(rows), changed.shape[1]))
    other = replace(sharpened, result=replace(result, vectors=changed))
    assert other.before.equals(sharpened.before)
    assert other.after.equals(sharpened.after)
    assert set(sharpened.quotes["document_id"]).isdisjoint(judged)
    assert set(sharpened.quotes["when"]) == {"before", "after"}


def test_a_reader_who_believes_in_nothing_finds_it_again_only_in_what_was_judged(world, desk, monkeypatch):
    """Where nobody has a theme, a concept made of some passages is high in these passages' documents, and not in others."""
    result, _ = world
    noise = np.random.default_rng(0).normal(size=result.vectors.shape).astype(np.float32)
    noise /= np.linalg.norm(noise, axis=1, keepdims=True)
    result = replace(result, vectors=noise)
    for row in proposals(result, "Ada", "repair", desk).head(40).itertuples():
        judge(desk, row, "repair", "yes")
    held, all_of_it = sharpen(result, desk), sharpen(result, desk, hold_out=False)
    assert abs(held.after["effect"].item()) < 1
    assert held.after["p_value"].item() > 0.05
    with (
        monkeypatch.context() as patched
    ):  # the author's other passages left in: worse, and still no harm where it counts
        patched.setattr(sharpening, "learnt", lambda lies, rows, yes, *_: yes @ lies[rows] / yes.sum())
        assert sharpen(result, desk, hold_out=False).after["effect"].item() > 1.5
        assert abs(sharpen(result, desk).after["effect"].item()) < 1
    assert all_of_it.after[["p_value", "q_value"]].isna().all(axis=None)  # never as if it were a test
    assert all_of_it.after["verdict"].item() == "insufficient"


def test_too_little_left_is_said_with_the_numbers(world, desk):
    result, _ = world
    result = of(result, sorted(result.passages.query("author == 'Ada'")["document_id"].unique())[:6])
    for row in result.passages.drop_duplicates("document_id").head(3).itertuples():
        judge(desk, row, "repair", "yes")
    account = sharpen(result, desk).account.iloc[0]
    assert not account["can_test"]
    assert (
        f"too little is left to test with: 3 documents with {account['n_test_words']:,} words; needed 5 documents and 2,000 words"
        in account["said"]
    )
    assert NEEDED["contributions"] == 5


def test_an_author_of_whom_everything_was_judged(world, desk):
    result, _ = world
    for row in result.passages.query("author == 'Ada'").drop_duplicates("document_id").itertuples():
        judge(desk, row, "repair", "no")
    sharpened = sharpen(result, desk)
    assert sharpened.after[["n_documents", "verdict"]].values.tolist() == [[0, "insufficient"]]
    assert len(sharpened.side_by_side) == 1


def test_denied_passages_push_away_and_unsure_ones_do_nothing(world, desk):
    result, _ = world
    row = proposals(result, "Ada", "repair").iloc[0]
    place = result.passages["passage_id"].tolist().index(row["passage_id"])
    judge(desk, row, "repair", "unsure")
    same = sharpen(result, desk)
    assert np.allclose(same.directions, same.priors)
    judge(desk, row, "repair", "no")
    assert sharpen(result, desk).scores("repair")[place] < same.scores("repair")[place]
    judge(desk, row, "repair", "yes")
    assert sharpen(result, desk).scores("repair")[place] > same.scores("repair")[place]
    bo = Judgements.open(desk.path, judge="Bo")
    judge(bo, row, "repair", "no")
    between = sharpen(result, bo).scores("repair")[place]
    bo.undo()
    assert between < sharpen(result, bo).scores("repair")[place]


def test_quotes_are_found_where_they_stand_now(world, desk):
    result, _ = world
    rows = result.passages.query("author == 'Ada'").iloc[:4]
    first, second, third, fourth = rows.itertuples()
    same = first.document_id == second.document_id
    assert same
    text = result.documents.set_index("document_id")["text"][first.document_id]
    desk.add(
        theme="repair", document_id=first.document_id, start=first.start, end=second.end, quote=text[first.start : second.end],
        answer="yes", origin="marked",
    )  # fmt: skip
    moved = desk.add(
        theme="repair", document_id=third.document_id, start=third.start + 7, end=third.end + 7, quote=third.text, answer="no"
    )  # fmt: skip
    gone = desk.add(
        theme="repair", document_id=fourth.document_id, start=fourth.start, end=fourth.start + 5, quote="Other", answer="no"
    )  # fmt: skip
    unknown = say(desk, "no such document")
    sharpened = sharpen(result, desk)
    assert set(sharpened.lost) == {gone, unknown}
    assert moved not in sharpened.lost
    account = sharpened.account.iloc[0]
    assert account[["n_judgements", "n_yes", "n_no", "n_marked"]].tolist() == [2, 1, 1, 1]
    asked = set(proposals(result, "Ada", "repair", desk)["passage_id"])
    assert not asked & {first.passage_id, second.passage_id, third.passage_id}


def test_a_theme_that_readers_named_and_one_that_they_joined(world, desk):
    result, _ = world
    rows = result.passages.query("author == 'Ada'").drop_duplicates("document_id")
    for theme, row in zip(("smoke, breath, air", "repair", "chance"), rows.itertuples(), strict=False):
        judge(desk, row, theme, "yes")
    desk.rename("smoke, breath, air", "breathing", "Seeing what goes in and out and comes back.")
    desk.merge(["repair", "chance"], "luck")
    sharpened = sharpen(result, desk)
    assert sharpened.themes == ("breathing", "luck")
    said = sharpened.account.set_index("theme")["said"]
    assert "not among the candidates" in said["breathing"]
    assert "not among the candidates" not in said["luck"]
    known = dict(zip(result.concepts["concept"], result.directions, strict=True))
    middle = known["repair"] + known["chance"]
    assert np.allclose(sharpened.priors[1], middle / np.linalg.norm(middle))
    named = vectors(
        [Concept("breathing", "Seeing what goes in and out and comes back.")], find_encoder("static")
    )
    assert np.allclose(sharpened.priors[0], named[0])
    ranks = sharpened.before.set_index("theme")["rank"]
    assert ranks["luck"] <= len(known) - 1  # it stands for the two that it was made of
    assert ranks["breathing"] <= len(known) + 1
    with pytest.raises(KeyError, match="breathing, luck"):
        sharpened.direction("repair")


def test_what_is_shown_of_it_is_one_line_and_safe(world, desk):
    result, _ = world
    row = result.passages.iloc[0]
    judge(desk, row, "<script>x</script>", "yes")
    sharpened = sharpen(result, desk)
    assert "<script" not in sharpened._repr_html_()
    assert repr(sharpened).startswith("<Sharpened: 1 theme (")
    assert "rank_before" in sharpened.side_by_side.columns
    assert sharpen(result, Judgements.open(desk.path.parent / "none.yml")).side_by_side.empty


# How judges agree


def two_judges(folder, first, second, theme="repair"):
    words = {"y": "yes", "n": "no", "u": "unsure"}
    for name, said in (("Ann", first), ("Bo", second)):
        desk = Judgements.open(folder, judge=name)
        for i, letter in enumerate(said):
            if letter != " ":
                say(
                    desk,
                    f"d{i:02d}",
                    answer=words[letter],
                    theme=theme,
                    note=f"{letter} {i}" if letter == "u" else "",
                )
    return desk


def test_alpha_is_the_published_one(tmp_path):
    # Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, example A: two observers, ten units, two values.
    desk = two_judges(tmp_path, "nynnnnnnyn", "yyynnynnnn")
    row = agreement(desk).iloc[0]
    assert row["alpha"] == pytest.approx(0.095, abs=0.0005)
    assert row["agreed"] == 0.6
    assert row[["n_judges", "n_passages", "n_documents"]].tolist() == [2, 10, 10]
    assert row["low"] < row["alpha"] < row["high"]
    assert agreement(desk).equals(agreement(desk))


def test_unsure_lies_between_and_what_one_alone_judged_does_not_count(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    near = agreement(two_judges(tmp_path / "a", "yyynnny", "yyunnn ")).iloc[0]
    far = agreement(two_judges(tmp_path / "b", "yyynnny", "yynnnn ")).iloc[0]
    assert near["n_passages"] == far["n_passages"] == 6
    assert far["alpha"] < near["alpha"] < 1


def test_where_there_is_no_alpha_it_says_why(tmp_path):
    desk = two_judges(tmp_path, "yyy", "yyy")
    row = agreement(desk).iloc[0]
    assert np.isnan(row["alpha"])
    assert row["agreed"] == 1
    assert "all answers are the same" in row["reason"]
    alone = Judgements.open(tmp_path / "own.yml", judge="Ann")
    say(alone)
    assert agreement(alone).empty
    for judge_, answers_ in (("Ann", ("yes", "no")), ("Bo", ("yes", "yes"))):
        other = Judgements.open(tmp_path / "one.yml", judge=judge_)
        for i, answer in enumerate(answers_):
            say(other, "d1", 10 * i, answer)
    row = agreement(other).iloc[0]
    assert "one document" in row["reason"]
    assert np.isfinite(row["alpha"])
    assert np.isnan(row["low"])


def test_disagreements_are_listed_the_plain_ones_first(tmp_path):
    desk = two_judges(tmp_path, "uyyn", "yyny")
    frame = disagreements(desk)
    assert frame[["document_id", "yes", "no", "unsure"]].values.tolist() == [
        ["d02", "Ann", "Bo", ""],
        ["d03", "Bo", "Ann", ""],
        ["d00", "Bo", "", "Ann"],
    ]
    assert frame["notes"].tolist() == ["", "", "Ann: u 0"]
    assert disagreements(Judgements.open(tmp_path / "none.yml")).empty
    assert isinstance(frame, pd.DataFrame)
