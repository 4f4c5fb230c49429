"""The reading desk without a browser: what each act does, to the page and to the file. With one: ``test_browser_desk.py``."""

from __future__ import annotations

import dataclasses
import resource

import hostile_result
import pytest

import themekit
from themekit import context
from themekit.desk import ACTS
from themekit.judgements import Judgements
from themekit.result import UnknownAuthorError

AUTHOR, OTHER = hostile_result.AUTHORS[:2]


@pytest.fixture(scope="module")
def result():
    return hostile_result.make()


@pytest.fixture
def desk(result, tmp_path):
    desk = themekit.judge(result, AUTHOR, judge="Ann", folder=tmp_path)
    desk.act("theme", theme="repair")
    return desk


def here(desk):
    return desk.page["item"]["id"]


def answers(desk):
    return [item["answer"] for item in desk.page["items"]]


def kept(folder):
    """Return what the file says, read anew."""
    return Judgements.open(folder).table


def answer(desk, *all_):
    for one in all_:
        desk.act("judge", answer=one, item=here(desk))


def test_each_answer_is_in_the_file_at_once_and_the_next_passage_comes(desk, tmp_path):
    seen = []
    for n, one in enumerate(("yes", "no", "unsure"), start=1):
        seen.append(here(desk))
        answer(desk, one)
        assert len(kept(tmp_path)) == n
        assert desk.page["n_done"] == n
        assert here(desk) not in seen
    assert answers(desk)[:3] == ["yes", "no", "unsure"]
    assert "Unsure to passage 3. Now passage 4 of" in desk.page["said"][1]
    table = kept(tmp_path)
    assert set(table["judge"]) == {"Ann"}
    texts = desk.result.documents.set_index("document_id")["text"]
    assert all(texts[r.document_id][r.start : r.end] == r.quote for r in table.itertuples())


def test_the_same_answer_twice_is_one_act(desk):
    first = here(desk)
    answer(desk, "yes")
    desk.act("judge", answer="yes", item=first)
    assert len(desk.judgements.acts) == 1
    desk.act("undo")
    assert desk.page["n_done"] == 0
    assert here(desk) == first


def test_undo_gives_back_what_was_said_before(desk):
    first = here(desk)
    answer(desk, "yes")
    desk.act("judge", answer="no", item=first)
    desk.act("undo")
    assert (here(desk), answers(desk)[0]) == (first, "yes")
    assert "Taken back: no" in desk.page["said"][1]
    desk.act("undo")
    desk.act("undo")
    assert desk.page["said"][1] == "There is nothing to take back."


def test_a_note_goes_with_the_answer_before_or_after_it(desk, tmp_path):
    first = here(desk)
    desk.act("note", note=" first \n thought ", item=first)
    assert "still to come" in desk.page["said"][1]
    assert kept(tmp_path).empty
    answer(desk, "yes")
    assert kept(tmp_path)["note"].item() == "first \n thought"
    desk.act("note", note="second", item=first)
    assert kept(tmp_path)[["answer", "note"]].values.tolist() == [["yes", "second"]]
    desk.act("judge", answer="no", item=first)
    assert kept(tmp_path)[["answer", "note"]].values.tolist() == [["no", "second"]]
    desk.act("note", note="", item=first)
    assert kept(tmp_path)["note"].item() == ""
    desk.act("undo")
    assert desk.page["items"][0]["note"] == "second"


def test_a_new_desk_finds_it_again_and_begins_where_one_was(result, desk, tmp_path):
    answer(desk, "yes", "no")
    again = themekit.judge(result, AUTHOR, judge="Ann", folder=tmp_path)
    again.act("theme", theme="repair")
    assert again.page["items"][:2] == desk.page["items"][:2]
    assert (again.page["at"], answers(again)[2]) == (2, "")
    other = themekit.judge(result, AUTHOR, judge="Bo", folder=tmp_path)
    other.act("theme", theme="repair")
    assert set(answers(other)) == {""}, "who judges does not see what others said"


def test_two_desks_on_one_folder_lose_nothing(result, desk, tmp_path):
    other = themekit.judge(result, AUTHOR, judge="Ann", folder=tmp_path)
    other.act("theme", theme="repair")
    answer(desk, "yes")
    other.act("go", to=1)
    assert other.page["n_done"] == 1
    answer(other, "no")
    desk.act("look")
    assert desk.page["n_done"] == 2
    desk.act("rename", name="mending")
    other.act("look")
    assert other.page["name"] == "mending"
    assert len(kept(tmp_path)) == 2


def test_a_marked_quote_is_trimmed_kept_as_marked_and_shown(desk, tmp_path):
    document = here(desk).split(" ", 1)[1]
    text = desk.result.documents.set_index("document_id").loc[document, "text"]
    begin = text.index(" I took") if " I took" in text else text.index(" A new")
    desk.act("mark", start=begin, end=begin + 8, item=here(desk))
    row = kept(tmp_path).iloc[0]
    assert (row["origin"], row["answer"], row["quote"]) == ("marked", "yes", text[begin : begin + 8].strip())
    assert here(desk) == f"{row['start']}-{row['end']} {document}"
    inside = [piece for piece in desk.page["item"]["text"] if piece["inside"]]
    assert "".join(shown for piece in inside for shown, *_ in piece["runs"]) == row["quote"]
    n = len(desk.page["items"])
    desk.act("undo")
    assert len(desk.page["items"]) == n - 1, "what was marked goes when it is taken back"


def test_only_the_authors_words_can_be_marked(desk, tmp_path):
    desk.act("mark", start=3, end=3, item=here(desk))
    assert "These are no words of" in desk.page["said"][1]
    assert kept(tmp_path).empty


def test_themes_are_renamed_split_and_merged_and_that_is_taken_back(desk, tmp_path):
    answer(desk, "yes", "yes", "no")
    desk.act("rename", name=" the  mender ")
    assert (desk.page["name"], desk.page["n_done"]) == ("the mender", 3)
    assert set(kept(tmp_path)["theme"]) == {"the mender"}
    yes = [item["id"] for item in desk.page["items"] if item["answer"] == "yes"]
    desk.act("split", name="oil", items=yes[:1])
    assert (desk.page["name"], desk.page["n_done"]) == ("the mender", 2)
    desk.act("theme", theme="oil")
    assert (desk.page["name"], desk.page["n_done"]) == ("oil", 1)
    assert "theme of yours" in desk.page["finding"]
    desk.act("merge", into="repair")  # by the name that it had
    assert (desk.page["name"], desk.page["n_done"]) == ("the mender", 3)
    for edit in ("merge", "split", "rename"):
        desk.act("undo")
        assert f"Taken back: the {edit}" in desk.page["said"][1]
    desk.act("theme", theme="repair")
    assert (desk.page["name"], desk.page["n_done"]) == ("repair", 3)


def test_a_name_that_is_taken_or_empty_is_refused_in_words(desk):
    answer(desk, "yes")
    desk.act("theme", theme="play")
    answer(desk, "yes")
    for name in ("repair", " "):
        desk.act("rename", name=name)
        assert "seen the name" in desk.page["said"][1]
        assert desk.page["name"] == "play"
    assert desk.page["problem"] == ""


def test_what_has_no_name_is_laid_out_or_said_to_be_too_little(desk):
    desk.act("theme", theme="?")
    said = desk.page["said"][1]
    assert "There is too little of" in said
    assert desk.page["theme"] == "repair"


def test_more_passages_are_laid_out_until_there_are_none(desk):
    for _ in range(9):
        n = len(desk.page["items"])
        desk.act("more")
        assert len(desk.page["items"]) >= n
    assert desk.page["said"][1] == "There are no more passages."
    assert len({item["id"] for item in desk.page["items"]}) == len(desk.page["items"])


def test_sharpening_is_shown_and_applied_to_nothing(desk):
    desk.act("sharpen")
    assert "no answers yet" in desk.page["said"][1]
    answer(desk, "yes", "no", "yes")
    before = desk.result.to_json()
    desk.act("sharpen")
    told = desk.page["sharpened"]
    assert [row[0] for row in told["rows"]] == ["rank", "effect", "p, over all candidates", "verdict"]
    assert "3 judgements" in told["account"][0]
    assert "too little is left to test with" in told["account"][0]
    assert desk.sharpened.themes == ("repair",)
    assert desk.result.to_json() == before
    desk.act("theme", theme="play")
    assert desk.page["sharpened"] is None


@pytest.fixture
def nothing_can_be_written():
    """No file of this process may grow: the system says what it says on a full disk, whoever runs the tests."""
    old = resource.getrlimit(resource.RLIMIT_FSIZE)

    def limit(size):
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, old[1]))

    yield limit
    resource.setrlimit(resource.RLIMIT_FSIZE, old)


def test_a_full_disk_is_said_and_what_was_judged_stays(desk, tmp_path, nothing_can_be_written):
    answer(desk, "yes")
    second = here(desk)
    nothing_can_be_written(10)
    answer(desk, "no")
    nothing_can_be_written(resource.RLIM_INFINITY)
    assert "Not saved: seen" in desk.page["problem"]
    assert (here(desk), desk.page["item"]["answer"], desk.page["n_done"]) == (second, "no", 2)
    assert kept(tmp_path)["answer"].tolist() == ["yes"]
    desk.act("go", to=0)
    assert "Not saved" in desk.page["problem"], "it is said until it is saved"
    desk.act("retry")
    assert desk.page["problem"] == ""
    assert sorted(kept(tmp_path)["answer"]) == ["no", "yes"]


def test_a_file_that_somebody_broke_is_named_and_left_alone(desk, tmp_path):
    answer(desk, "yes")
    file = tmp_path / "judgements.yml"
    whole = file.read_text(encoding="utf-8")
    file.write_text("not: [a file", encoding="utf-8")
    desk.act("look")
    assert "judgements.yml" in desk.page["problem"]
    answer(desk, "no")
    assert "Not saved" in desk.page["problem"]
    assert file.read_text(encoding="utf-8") == "not: [a file"
    file.write_text(whole, encoding="utf-8")
    desk.act("retry")
    assert desk.page["problem"] == ""
    assert sorted(kept(tmp_path)["answer"]) == ["no", "yes"]


def test_messages_of_the_page_are_answered_and_others_do_nothing(desk):
    desk._on_message(desk, {"act": "judge", "id": "a-1", "answer": "yes", "item": here(desk)}, [])
    assert (desk.page["done"], desk.page["n_done"]) == ("a-1", 1)
    desk._on_message(desk, {"act": "close", "id": "a-2"}, [])
    assert desk.comm is None or not desk.comm._closed
    desk._on_message(desk, {"act": "judge", "id": "a-3", "answer": "yes", "item": "of another theme"}, [])
    assert "seen passage 'of another theme'; expected" in desk.page["said"][1]
    desk._on_message(desk, {"act": "judge", "id": "a-4", "answer": "perhaps", "item": here(desk)}, [])
    assert (desk.page["done"], desk.page["n_done"]) == ("a-4", 1)
    assert "seen answer 'perhaps'; expected" in desk.page["said"][1]
    assert {"judge", "undo", "note", "mark", "rename", "split", "merge", "sharpen", "retry"} <= set(ACTS)


def test_what_goes_wrong_is_answered_so_that_the_page_need_not_wait(desk, monkeypatch):
    def fails(**_):
        raise RuntimeError("out of order")

    monkeypatch.setattr(desk.judgements, "add", fails)
    desk._on_message(desk, {"act": "judge", "id": "a-1", "answer": "yes", "item": here(desk)}, [])
    assert desk.page["done"] == "a-1"
    assert "out of order" in desk.page["problem"]


def test_nothing_hides_in_what_is_shown(desk, result):
    for author in result.authors["author"]:
        desk.act("author", author=author)
        for i in range(len(desk.page["items"])):
            desk.act("go", to=i)
            item = desk.page["item"]
            shown = [run[0] for piece in item["text"] for run in piece["runs"]]
            words = [
                item["title"],
                item["place"],
                item["question"],
                desk.page["name"],
                desk.page["finding"],
                *shown,
            ]
            assert not any(mark in word for word in words for mark in ("\u202e", "\x1b", "\u200b"))


@pytest.mark.parametrize(("start", "end"), [(0, 20), (5000, 5060), (11_980, 12_000)])
def test_pieces_are_the_text_again(start, end):
    text = ("I mended\u202e the 🚪 gate.\tIt held.\n\n" + "One more word, and another. " * 8) * 48
    pieces = list(context.pieces(text, start, end, {(start + 30, start + 40): "yes"}))
    at = pieces[0]["start"]
    assert at <= start
    for piece in pieces:
        assert piece["start"] == at
        for shown, n, hides in piece["runs"]:
            assert (shown == text[at : at + n]) != hides
            at += n
    assert at >= end
    inside = [p["start"] for p in pieces if p["inside"]]
    assert inside[0] == start
    assert all((start + 30 <= p["start"] < start + 40) == (p["said"] == "yes") for p in pieces)
    numbers = [p["sentence"] for p in pieces]
    assert numbers == sorted(numbers)
    assert at - pieces[0]["start"] <= 2 * context.AROUND + end - start


def test_it_begins_with_the_clearest_author_and_knows_no_other(result, tmp_path):
    assert themekit.judge(result, folder=tmp_path).page["author"] == AUTHOR
    with pytest.raises(UnknownAuthorError, match=r"seen author .*; expected one of"):
        themekit.judge(result, "nobody at all", folder=tmp_path)


def test_one_short_text_and_no_text_have_sensible_words(tmp_path):
    one = themekit.mine(themekit.Corpus.from_texts(["We mended the gate."], author="Ann"), encoder="static")
    desk = themekit.judge(one, folder=tmp_path)
    assert (
        "Rank 1 of 150 candidates for Ann; too little to tell. You can read and judge all the same."
        in desk.page["finding"]
    )
    answer(desk, "yes")
    assert "All is answered" in desk.page["said"][1]
    desk.act("sharpen")
    assert "too little is left to test with" in desk.page["sharpened"]["account"][0]
    desk.act("author", author="Ann")
    none = dataclasses.replace(
        one,
        **{
            name: getattr(one, name).head(0)
            for name in ("authors", "themes", "passages", "assignments", "evidence")
        },
    )
    desk = themekit.judge(none, folder=tmp_path)
    assert desk.page["item"] is None
    assert "nothing to judge" in desk.page["empty"]
    for act in ("undo", "more", "sharpen", "look", "retry"):
        desk.act(act)


def test_judgements_lie_with_the_texts(tmp_path, monkeypatch):
    for name, words in {"a": "We mended the gate again.", "b": "Nobody came to the boat."}.items():
        (tmp_path / "texts" / name).mkdir(parents=True)
        (tmp_path / "texts" / name / "text.txt").write_text(words, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    result = themekit.mine(themekit.read("texts", author="Ann"), encoder="static")
    desk = themekit.judge(result)
    assert desk.judgements.path == tmp_path / "texts" / "judgements.yml"
    assert "texts" in desk.page["kept"]
