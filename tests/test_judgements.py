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
from themekit import acts
from themekit.acts import Edit, Judgement, Part
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
from themekit.themes import NEEDED

SEEN_EXPECTED_DO = r"(?s)^seen .+; expected .+[;:] .+"


def say(desk, document="d1", start=0, answer="yes", theme="repair", **more):
    return desk.add(
        theme=theme, document_id=document, start=start, end=start + 9, quote="The gate.", answer=answer, **more
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
    for copies in ([[first, later], [gone]], [[gone], [later], [first]], [[gone, first], [gone, later], [first]]):
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
        with pytest.raises(JudgementsNotSavedError, match=r"seen no space left.*expected to write 1 act .*make room"):
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
        [sys.executable, "-c", LIMITED, str(tmp_path)], capture_output=True, text=True, timeout=120, check=True
    )
    said, n = run.stdout.splitlines()
    assert "seen file too large; expected to write 1 act" in said
    assert n == "1"


def test_a_folder_that_is_read_only(tmp_path, monkeypatch):
    desk = Judgements.open(tmp_path, judge="Ann")

    def refused(**_):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("themekit.judgements.tempfile.mkstemp", refused)
    with pytest.raises(JudgementsNotSavedError, match=r"seen permission denied; .*look at the rights of the folder"):
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
    with FileLock(tmp_path / ".judgements.yml.lock"), pytest.raises(JudgementsNotSavedError, match="another process"):
        say(desk)
    desk.save()
    assert len(Judgements.open(tmp_path).table) == 1


WHOLE = acts.to_text([Judgement("Ann", "2026-11-25T18:00:00Z", "repair", "d1", "", 0, 9, "The gate.", "yes")])
BROKEN = {
    "not YAML": (WHOLE + "  - [", "does not parse"),
    "another schema": (WHOLE.replace("judgements/1", "judgements/2"), "'themekit/judgements/2'"),
    "something else": ("- a\n- b\n", "schema None"),
    "a conflict": (WHOLE.replace("edits", "<<<<<<< HEAD\n=======\n>>>>>>> theirs\nedits"), "conflict that git left"),
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
    "wrong", [{"answer": "maybe"}, {"theme": " "}, {"origin": "found"}, {"start": -1}], ids=lambda w: next(iter(w))
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
        tmp_path, lambda ann: [say(ann, "d1", 20), say(ann, "d4", 20)], lambda bo: [say(bo, "d2", 20), say(bo, "d5", 20)]
    )
    assert merged.returncode == 0, merged.stdout
    table = Judgements.open(tmp_path).table
    assert table.groupby("judge").size().to_dict() == {"Ann": 8, "Bo": 2}


@needs_git
def test_a_conflict_of_git_is_resolved_without_loss(tmp_path):
    merged = branches(
        tmp_path, lambda ann: [say(ann, "d3", 20), ann.undo(), say(ann, "d3", 40)], lambda bo: say(bo, "d3", 20, "no")
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
    edit = Edit("Ann", "2026-11-25T18:00:00Z", "split", ("care",), (Part("a", "A gloss.", (("d1", 0, 9),)), Part("b")))
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
