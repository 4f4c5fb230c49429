"""The reading desk: a person goes through the passages of a theme, says yes, no or unsure, and corrects the theme.

``themekit.judge(result)`` shows it in JupyterLab. Python holds all of it: what is shown is one page (:attr:`Desk.page`), what is
done is one act (:meth:`Desk.act`), and each is saved at once in ``judgements.yml`` (:mod:`themekit.judgements`), which is
where the desk finds it again. Answers of others are not shown: two people who judge should not see each other's.
"""

from __future__ import annotations

import getpass
import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import pandas as pd
import traitlets

from themekit import context, pages, threads
from themekit.acts import Judgement
from themekit.judgements import Judgements, JudgementsFileError, JudgementsNotSavedError
from themekit.readers.document import count
from themekit.sharpening import halves, proposals, sharpen
from themekit.wording import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from themekit.acts import Place
    from themekit.result import Result
    from themekit.sharpening import Sharpened

__all__ = ["Desk", "judge"]

logger = logging.getLogger(__name__)

N_SITTING = 12
"""Passages that are laid out at a time."""
_BEGINS = 90
_THREAD = "?"
_DATA = Path(__file__).parent / "data" / "desk"


def judge(
    result: Result,
    author: str | None = None,
    *,
    judge: str | None = None,
    folder: str | os.PathLike[str] | None = None,
) -> Desk:
    """Go through the passages of a theme by keyboard, and say whether they show it.

    Answers: do I see it, too?

    Parameters
    ----------
    result : Result
    author : str, optional
        Whose theme to begin with. Default: the clearest author's.
    judge : str, optional
        Who judges. Default: the name of the user on this machine.
    folder : path, optional
        Where ``judgements.yml`` lies. Default: the folder of the texts.

    Returns
    -------
    Desk
        A widget to show in JupyterLab; it needs no network. Its ``judgements`` are what was said.

    See Also
    --------
    themekit.judgements : What was said, as a table.

    Examples
    --------
    >>> import tempfile, themekit
    >>> result = themekit.mine(themekit.Corpus.from_texts(["We mended the gate again."], author="Ann"), encoder="static")
    >>> desk = judge(result, judge="Bo", folder=tempfile.mkdtemp())
    >>> desk.act("judge", answer="no", item=desk.page["item"]["id"])
    >>> desk.judgements.table[["judge", "quote", "answer"]].values.tolist()
    [['Bo', 'We mended the gate again.', 'no']]
    """
    known = result._known(author) if author else None  # noqa: SLF001 - as the portrait
    return Desk(result, known, Judgements.open(folder or _folder(result), judge=judge or _user()))


class Desk(anywidget.AnyWidget):
    """The reading desk; made by :func:`judge`.

    Attributes
    ----------
    result : Result
    judgements : Judgements
        What was said, and where it is kept.
    page : dict
        All that is shown.
    sharpened : Sharpened or None
        What the answers to the theme in hand change, when that was last asked.
    """

    _esm = (_DATA / "desk.js").read_text(encoding="utf-8")
    _css = pages.fonts(("serif-regular", "serif-italic")) + (_DATA / "desk.css").read_text(encoding="utf-8")
    page: Any = traitlets.Dict().tag(sync=True)
    authors: Any = traitlets.List().tag(sync=True)
    themes: Any = traitlets.List().tag(sync=True)
    _places: list[Place]

    def __init__(self, result: Result, author: str | None, judgements: Judgements) -> None:
        self.result, self.judgements = result, judgements
        self.sharpened: Sharpened | None = None
        self._told: dict[str, Any] | None = None
        self._documents = result.documents.set_index("document_id")
        self._topics = result.topics.set_index("topic_id")["label"].to_dict() if len(result.passages) else {}
        self._said, self._n_said, self._problem, self._done = "", 0, "", ""
        super().__init__()
        ranked = result.summary().sort_values(["q_value", "effect"], ascending=[True, False])["author"]
        self._open_author(author or next(iter(ranked), ""))
        self._say("Click here, or Tab to it, and use the keys: y yes, n no, u unsure; ? shows all of them.")
        self._draw()
        self.on_msg(self._on_message)

    def act(self, act: str, **what: Any) -> None:  # noqa: ANN401 - each act has its own words
        """Do what a key of the desk does.

        Parameters
        ----------
        act : str
            One of :data:`ACTS`.
        **what
            ``judge(answer, item)``, ``note(note, item)``, ``mark(start, end, item)``, ``undo()``, ``go(to)``,
            ``author(author)``, ``theme(theme)``, ``rename(name)``, ``merge(into)``, ``split(name, items)``, ``more()``,
            ``sharpen()``, ``retry()``, ``look()``. An ``item`` is the id of a passage on the page.
        """
        try:
            ACTS[act](self, **what)
            self.judgements.refresh()  # what was done in another tab is there, too
        except JudgementsNotSavedError as error:
            self._problem = f"Not saved: {error}"
        except JudgementsFileError as error:
            self._problem = str(error)
        except ValueError as error:
            self._say(str(error))
        except Exception as error:  # the page waits for an answer, whatever went wrong
            logger.exception("the desk could not do %s", act)
            self._problem = f"Not done: {act} ended in {type(error).__name__}: {error}"
        else:
            if not self.judgements.n_unsaved:
                self._problem = ""
        self._draw()

    def _on_message(self, _: object, message: Mapping[str, Any], __: object) -> None:
        """Do what the page says. It hears which act that was, so that it can say when nobody answers."""
        what = dict(message)
        act, self._done = what.pop("act", None), str(what.pop("id", ""))
        if act in ACTS:
            self.act(act, **what)

    # What lies on the desk

    def _open_author(self, author: str) -> None:
        self._author = author
        own = self.result.passages[self.result.passages["author"] == author]
        self._own = own.merge(self.result.assignments[["passage_id", "topic_id"]], on="passage_id")
        themes = self.result.themes[self.result.themes["author"] == author].sort_values("rank")
        self._ranked = themes.set_index("concept")
        self._portrait = self.result.portrait(author) if len(themes) else None
        self._open_theme(next(iter(themes["concept"]), ""))

    @property
    def _called(self) -> str:
        """What the theme in hand is called now; another tab may have renamed it."""
        return self.judgements.called(self._theme)

    def _open_theme(self, theme: str, first: Sequence[Place] = ()) -> None:
        now = self.judgements.called(theme)
        same = [name for name in self._ranked.index if self.judgements.called(name) == now]
        self._theme = same[0] if same else theme
        self._at, self._n = 0, N_SITTING
        self.sharpened, self._told = None, None
        self._notes: dict[Place, str] = {}
        self._proposed, self._places = list(first), []
        if len(self._own):
            table = proposals(self.result, self._author, self._theme, self.judgements)
            if not halves(self.result, self._author)[0]:  # one document: there is nothing to keep for a test
                found = self.result.evidence
                found = found[(found["author"] == self._author) & (found["concept"] == self._theme)]
                table = self.result.placed(found[found["role"] == "for"])
            self._proposed += [place for place in _places(table) if place not in first]
        self._lay_out()
        self._at = next((i for i, place in enumerate(self._places) if place not in self._answers), 0)

    def _lay_out(self) -> None:
        """Lay out what was answered, in the order in which it was, and then what is proposed."""
        table = self.judgements.for_theme(self._theme)
        table = table[table["judge"] == self.judgements.judge].sort_values("when", kind="stable")
        rows = zip(_places(table), table.to_dict("records"), strict=True)
        self._answers = {place: row for place, row in rows if self._is_own(place)}
        here = self._places[self._at] if self._places else None
        known = [place for place in self._places if place in self._answers or place in self._proposed]
        known += [place for place in self._answers if place not in known]
        self._n = max(self._n, -(-len(self._answers) // N_SITTING) * N_SITTING)
        rest = [place for place in self._proposed if place not in known]
        self._places = known + rest[: max(0, self._n - len(known))]
        self._at = (
            self._places.index(here) if here in self._places else max(0, min(self._at, len(self._places) - 1))
        )

    def _is_own(self, place: Place) -> bool:
        document, start, end = place
        own = self._own
        return bool(((own["document_id"] == document) & (own["start"] < end) & (own["end"] > start)).any())

    # What a person does

    def _do_judge(self, answer: str, item: str) -> None:
        place = self._placed(item)
        self._add(place, answer, self._note_of(place))
        self._at = self._places.index(place)
        waiting = [i for i in range(len(self._places)) if self._places[i] not in self._answers]
        told = f"{answer.capitalize()} to passage {self._at + 1}."
        if waiting:
            self._at = next((i for i in waiting if i > self._at), waiting[0])
            self._say(
                f"{told} Now passage {self._at + 1} of {len(self._places)}: {self._title(self._places[self._at][0])}."
            )
        else:
            self._say(f"{told} All is answered: p shows what that changes, + lays out more.")

    def _do_note(self, note: str, item: str) -> None:
        place = self._placed(item)
        if place in self._answers:
            self._add(place, self._answers[place]["answer"], note.strip())
            self._say("The note is kept.")
        else:
            self._notes[place] = note.strip()
            self._say("The note is kept with your answer, which is still to come.")

    def _do_mark(self, start: int, end: int, item: str) -> None:
        document, *_ = self._placed(item)
        text = str(self._documents.loc[document, "text"])
        quote = text[start:end]
        start, end = start + len(quote) - len(quote.lstrip()), end - len(quote) + len(quote.rstrip())
        place = (document, start, end)
        if not text[start:end] or not self._is_own(place):
            self._say(f"These are no words of {visible(self._author)}; mark some that are.")
            return
        if place not in self._places:
            self._places.insert(self._at + 1, place)
        self._add(place, "yes", self._note_of(place), "proposed" if place in self._proposed else "marked")
        self._at = self._places.index(place)
        self._say(f"Marked as a quote that shows {visible(self._called)}.")

    def _do_undo(self) -> None:
        taken = self.judgements.undo()
        if isinstance(taken, Judgement):
            self._lay_out()
            if taken.place in self._places:
                self._at = self._places.index(taken.place)
            self._say(f"Taken back: {taken.answer} to “{_short(taken.quote)}”.")
        elif taken is not None:
            self._open_theme(taken.themes[0])
            self._say(f"Taken back: the {taken.edit} of {', '.join(map(visible, taken.themes))}.")
        else:
            self._say("There is nothing to take back.")

    def _do_go(self, to: int) -> None:
        self._at = max(0, min(int(to), len(self._places) - 1))
        self._say(f"Passage {self._at + 1} of {len(self._places)}.")

    def _do_author(self, author: str) -> None:
        self._open_author(self.result._known(author))  # noqa: SLF001 - as the portrait
        self._say(f"{visible(self._author)}: {visible(self._called)}.")

    def _do_theme(self, theme: str) -> None:
        if theme == _THREAD:
            thread = threads.quotes(self.result, self._author, n=N_SITTING)
            if thread.empty:
                self._say(f"There is too little of {visible(self._author)} to find what has no name.")
                return
            # Like all that is proposed, of the documents that a test does without.
            asked = thread[thread["document_id"].isin(halves(self.result, self._author)[0])]
            self._open_theme(str(thread["concept"].iloc[0]), _places(asked))
        else:
            self._open_theme(theme)
        self._say(f"{visible(self._called)}: {count(len(self._places), 'passage')}.")

    def _do_rename(self, name: str) -> None:
        was = self._called
        self.judgements.rename(was, name)
        self._say(f"{visible(was)} is called {visible(self._called)} now.")

    def _do_merge(self, into: str) -> None:
        was, other = self._called, self.judgements.called(into)
        self.judgements.merge([was, other], other)
        self._open_theme(other)
        self._say(f"{visible(was)} is part of {visible(other)} now.")

    def _do_split(self, name: str, items: Sequence[str]) -> None:
        self.judgements.split(self._called, {name: [self._placed(item) for item in items]})
        self._open_theme(self._theme)
        self._say(f"{count(len(items), 'passage')} went to {visible(name)}.")

    def _do_more(self) -> None:
        n = len(self._places)
        self._n = n + N_SITTING
        self._lay_out()
        self._at = min(n, len(self._places) - 1)
        self._say(
            f"{count(len(self._places) - n, 'passage')} more."
            if len(self._places) > n
            else "There are no more passages."
        )

    def _do_sharpen(self) -> None:
        if not self._answers:
            self._say("There are no answers yet that could sharpen anything.")
            return
        self.sharpened = sharpen(self.result, self.judgements, themes=[self._called])
        self._told = self._before_and_after(self.sharpened)
        self._say("Before and after stand below. Nothing was applied.")

    def _do_retry(self) -> None:
        self.judgements.save()
        self._say("Everything is saved.")

    def _do_look(self) -> None:
        """Do nothing but see what others have done."""

    def _add(self, place: Place, answer: str, note: str, origin: str = "proposed") -> None:
        kept = self._answers.get(place)
        if kept and (kept["answer"], kept["note"]) == (answer, note):
            return
        self._notes.pop(place, None)
        document, start, end = place
        about = self._documents.loc[document]
        self.judgements.add(
            theme=self._called, document_id=document, start=start, end=end, quote=str(about["text"])[start:end],
            answer=answer, note=note, source=str(about["source"]), origin=kept["origin"] if kept else origin,
        )  # fmt: skip
        self._lay_out()

    def _note_of(self, place: Place) -> str:
        return self._notes.get(place) or str(self._answers.get(place, {}).get("note", ""))

    def _placed(self, item: str) -> Place:
        """Return the place that an id on the page stands for."""
        for place in self._places:
            if _id(place) == item:
                return place
        raise ValueError(f"seen passage {item!r}; expected one that lies on the desk; see desk.page")

    # What is shown

    def _say(self, words: str) -> None:
        self._said, self._n_said = words, self._n_said + 1

    def _draw(self) -> None:
        self._lay_out()
        with self.hold_sync():
            self.authors = [{"id": name, "label": visible(name)} for name in self.result.authors["author"]]
            self.themes = list(self._choices())
            self.page = {
                "author": self._author,
                "theme": self._theme,
                "name": visible(self._called),
                "gloss": self._gloss(),
                "finding": self._finding(),
                "at": self._at,
                "n_done": sum(place in self._answers for place in self._places),
                "items": [self._row(place) for place in self._places],
                "item": self._item() if self._places else None,
                "empty": self._empty(),
                "kept": f"{visible(self.judgements.judge)} judges; kept in {visible(self.judgements.path)}",
                "sharpened": self._told,
                "problem": self._problem,
                "done": self._done,
                "said": [self._n_said, self._said],
            }

    def _choices(self) -> Iterator[dict[str, str]]:
        """Yield the themes to choose among: one's own, all candidates by rank, and the thread that has no name."""
        called: dict[str, str] = {}
        for concept in self._ranked.index:
            called.setdefault(self.judgements.called(concept), concept)
        yours = [name for name in self.judgements.themes["theme"] if name not in called]
        yield from ({"id": name, "label": visible(name), "group": "yours"} for name in yours)
        for name, concept in called.items():
            yield {
                "id": concept,
                "label": f"{self._ranked['rank'][concept]}. {visible(name)}",
                "group": "by rank",
            }
        if len(self._own):
            yield {
                "id": _THREAD,
                "label": "what comes back and has no name …",
                "group": "not in the catalogue",
            }

    def _row(self, place: Place) -> dict[str, str]:
        document, start, end = place
        answer = self._answers.get(place, {}).get("answer", "")
        begins = _short(str(self._documents.loc[document, "text"])[start:end])
        return {"id": _id(place), "answer": answer, "note": visible(self._note_of(place)), "begins": begins}

    def _item(self) -> dict[str, Any]:
        """Return the passage in hand, where it stands."""
        document, start, end = place = self._places[self._at]
        about = self._documents.loc[document]
        own = self._own[
            (self._own["document_id"] == document) & (self._own["start"] < end) & (self._own["end"] > start)
        ]
        date = [] if pd.isna(about["date"]) else [str(about["date"])]
        entry = [] if pd.isna(about["entry"]) else [str(about["entry"])]
        told = [*date, str(about["source"]), *entry, f"characters {start:,} to {end:,}"]
        topic = "" if own.empty else f" · on {self._topics[own['topic_id'].iloc[0]]}"
        said = {p[1:]: a["answer"] for p, a in self._answers.items() if p[0] == document and p != place}
        return self._row(place) | {
            "title": self._title(document),
            "place": visible(" · ".join(told) + topic),
            "question": f"Does this show {visible(self._called)}?",
            "draft": self._note_of(place),
            "text": list(context.pieces(str(about["text"]), start, end, said)),
        }

    def _title(self, document: str) -> str:
        title = self._documents.loc[document, "title"]
        return visible(document if pd.isna(title) else title)

    def _gloss(self) -> str:
        glosses = dict(zip(self.result.concepts["concept"], self.result.concepts["gloss"], strict=True))
        own = dict(zip(self.judgements.themes["theme"], self.judgements.themes["gloss"], strict=True))
        return visible(own.get(self._called) or glosses.get(self._theme, ""))

    def _finding(self) -> str:
        """Say what was found of this theme in this author, before anybody judged."""
        portrait = self._portrait
        if portrait is None:
            return ""
        if self._theme not in self._ranked.index:
            return "A theme of yours: it has been in no test."
        row = self._ranked.loc[self._theme]
        who = visible(self._author)
        rank = f"Rank {row['rank']} of {count(len(self._ranked), 'candidate')} for {who}"
        if portrait.verdict == "insufficient" or pd.isna(row["effect"]):
            return f"{rank}; too little to tell. You can read and judge all the same."
        effect = f"effect {_effect(row)}"
        if self._theme != portrait.leading:
            return f"{rank}: {effect}."
        leads = (
            f"Found as the meta-theme of {who}"
            if portrait.verdict == "found"
            else f"{rank}; {portrait.headline}"
        )
        return f"{leads}: {effect}."

    def _empty(self) -> str:
        if self._places:
            return ""
        if not self._author:
            return "Nobody's words were found in these texts, so that there is nothing to judge."
        return f"No passage of {visible(self._author)} leans towards {visible(self._called)}. Choose another theme above."

    def _before_and_after(self, sharpened: Sharpened) -> dict[str, Any]:
        """Say of the theme in hand what the answers change, and what was left to test that with."""
        before, after = (f[f["author"] == self._author].iloc[0] for f in (sharpened.before, sharpened.after))
        account = sharpened.account[sharpened.account["author"] == self._author].iloc[0]
        unsaid = (
            f" The verdict is {after['verdict']} because {after['reason']}."
            if pd.notna(after["reason"])
            else ""
        )
        return {
            "title": f"{visible(self._called)} after {count(account['n_judgements'], 'judgement')}",
            "rows": [[name, of(before), of(after)] for name, of in _FIGURES.items()],
            "account": [
                visible(account["said"] + unsaid),
                "Nothing was applied: the result is what it was. What came of it is desk.sharpened.",
            ],
        }


def _effect(row: pd.Series) -> str:
    if pd.isna(row["effect"]):
        return "not known"
    interval = "" if pd.isna(row["low"]) else f", 95 % interval {row['low']:.2f} to {row['high']:.2f}"
    return f"{row['effect']:.2f}{interval}"


_FIGURES: dict[str, Callable[[pd.Series], str]] = {
    "rank": lambda row: "not known" if pd.isna(row["rank"]) else f"{row['rank']:.0f}",
    "effect": _effect,
    "p, over all candidates": lambda row: "no test" if pd.isna(row["p_value"]) else f"{row['p_value']:.2g}",
    "verdict": lambda row: str(row["verdict"]),
}


ACTS = {name.removeprefix("_do_"): done for name, done in vars(Desk).items() if name.startswith("_do_")}
"""What a person can do, by name."""


def _short(text: str) -> str:
    plain = visible(text)
    return plain if len(plain) <= _BEGINS else f"{plain[:_BEGINS].rsplit(' ', 1)[0]} …"


def _id(place: Place) -> str:
    document, start, end = place
    return f"{start}-{end} {document}"


def _places(table: pd.DataFrame) -> list[Place]:
    return [
        (str(d), int(a), int(b))
        for d, a, b in zip(table["document_id"], table["start"], table["end"], strict=True)
    ]


def _folder(result: Result) -> Path:
    """Return the folder that all texts lie in."""
    sources = [str(source) for source in result.documents["source"]]
    try:
        place = Path(os.path.commonpath(sources))
    except ValueError:  # no texts, or on several drives
        place = Path()
    return place if place.is_dir() else place.parent


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a machine that has no name for who works on it
        return "reader"
