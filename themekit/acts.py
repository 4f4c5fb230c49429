"""Acts: what readers did at the desk, one by one, and the plain text that they are kept in.

An act is a judgement of a passage, or an edit of themes (rename, merge, split). Acts are only ever added: to change
one's mind is a later act, to take one back is a mark on it. So two copies of a file are joined by putting their acts
together, in any order and as often as one likes, and nothing is lost: of two judgements of the same passage, theme
and judge the later counts, and what was withdrawn in either copy stays withdrawn.

The text is YAML in blocks, one to an act, in the order of document, place, theme, judge and time, so that a program
which compares lines, as git does, keeps apart what is apart.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, cast

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence

SCHEMA = "themekit/judgements/1"
ANSWERS = ("yes", "no", "unsure")
ORIGINS = ("proposed", "marked")
EDITS = ("rename", "merge", "split")
Answer = Literal["yes", "no", "unsure"]
Place = tuple[str, int, int]
"""Document, and characters of its text from ``start`` to ``end``."""

_HEAD = f"""\
# What readers said of quotes, written by themekit. The latest answer of a judge to a passage counts; a block that
# says "withdrawn" was taken back. Keep it beside the texts, and under version control where they are.
schema: {SCHEMA}
"""
_WHEN = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_MARKERS = re.compile(r"^(?:<{7}|\|{7}|={7}|>{7})(?: .*)?$", re.MULTILINE)


class JudgementsFileError(ValueError):
    """A file of judgements is not as it should be, and was left as it is."""


@dataclass(frozen=True)
class Judgement:
    """What one reader said of one passage and one theme.

    Attributes
    ----------
    judge : str
        Who.
    when : str
        ISO 8601, in UTC, to the second; later than the judge's act before.
    theme : str
        Name of a concept or thread, as it was called then.
    document_id, source : str
        The document, and its path as one would type it.
    start, end : int
        Characters of the document's text.
    quote : str
        That slice.
    answer : str
        ``yes`` (it shows the theme), ``no`` or ``unsure``.
    note : str
    origin : str
        ``proposed``, or ``marked`` where the reader found the quote.
    withdrawn : str
        When it was taken back; empty where it stands.
    """

    judge: str
    when: str
    theme: str
    document_id: str
    source: str
    start: int
    end: int
    quote: str
    answer: str
    note: str = ""
    origin: str = "proposed"
    withdrawn: str = ""

    @property
    def place(self) -> Place:
        """Where the quote stands: document, start, end."""
        return self.document_id, self.start, self.end


@dataclass(frozen=True)
class Part:
    """A theme that an edit makes: its name, a gloss, and for a split the places that go to it."""

    name: str
    gloss: str = ""
    places: tuple[Place, ...] = ()


@dataclass(frozen=True)
class Edit:
    """A change of themes: one renamed, several merged, or one split.

    Attributes
    ----------
    judge, when, withdrawn : str
        As of a :class:`Judgement`.
    edit : str
        ``rename``, ``merge`` or ``split``.
    themes : tuple of str
        What it was done to.
    into : tuple of Part
        What became of it.
    """

    judge: str
    when: str
    edit: str
    themes: tuple[str, ...]
    into: tuple[Part, ...]
    withdrawn: str = ""


Act = Judgement | Edit


def in_order(act: Act) -> tuple[str, str]:
    """Return what sorts acts by time."""
    return act.when, act.judge


def join(*copies: Iterable[Act]) -> list[Act]:
    """Put the acts of several copies together; an act that any of them has as withdrawn is withdrawn.

    Examples
    --------
    >>> act = Edit("Ann", "2026-11-25T18:00:00Z", "rename", ("repair",), (Part("mending"),))
    >>> taken_back = replace(act, withdrawn="2026-11-25T18:01:00Z")
    >>> join([act], [taken_back], [act]) == [taken_back]
    True
    """
    held: dict[Act, str] = {}
    for act in (a for copy in copies for a in copy):
        bare = replace(act, withdrawn="")
        marks = [mark for mark in (held.get(bare, ""), act.withdrawn) if mark]
        held[bare] = min(marks, default="")
    return sorted((replace(act, withdrawn=mark) for act, mark in held.items()), key=_place_in_file)


def _place_in_file(act: Act) -> tuple[Any, ...]:
    if isinstance(act, Judgement):
        return 0, act.source, act.document_id, act.start, act.end, act.theme, act.judge, act.when, repr(act)
    return 1, act.when, act.judge, repr(act)


def standing(acts: Iterable[Act]) -> list[Judgement]:
    """Return the judgements that count, with their themes as they are called now, in the order of the file.

    Edits of themes hold for all judgements, also for those made later by somebody who did not know of them.
    """
    acts = [act for act in acts if not act.withdrawn]
    edits = sorted((act for act in acts if isinstance(act, Edit)), key=in_order)
    latest: dict[tuple[str, str, Place], Judgement] = {}
    for act in sorted((a for a in acts if isinstance(a, Judgement)), key=lambda a: (a.when, repr(a))):
        now = replace(act, theme=called(act.theme, act.place, edits))
        latest[now.judge, now.theme, now.place] = now
    return sorted(latest.values(), key=_place_in_file)


def called(theme: str, place: Place | None, edits: Sequence[Edit]) -> str:
    """Return what a theme is called after edits, for a passage at a place."""
    for edit in edits:
        if theme in edit.themes:
            if edit.edit == "split":
                theme = next((part.name for part in edit.into if place in part.places), theme)
            else:
                theme = edit.into[0].name
    return theme


def origins(themes: Iterable[str], edits: Sequence[Edit]) -> dict[str, set[str]]:
    """Return for each theme that there is after edits the names that it was made of."""
    made = {theme: {theme} for theme in themes}
    for edit in edits:
        before = [made.get(theme, {theme}) for theme in edit.themes]
        if edit.edit != "split":
            for theme in edit.themes:
                made.pop(theme, None)
        for part in edit.into:
            made[part.name] = made.get(part.name, set()).union(*before)
        if edit.edit == "split":
            made.setdefault(edit.themes[0], before[0])
    return made


def to_text(acts: Iterable[Act]) -> str:
    """Return acts as the text of a file."""
    acts = join(acts)
    blocks = [_HEAD]
    for name, kind in (("judgements", Judgement), ("edits", Edit)):
        own = [_block(act) for act in acts if isinstance(act, kind)]
        blocks += [f"{name}:\n", *own] if own else [f"{name}: []\n"]
    return "\n".join(blocks)


@lru_cache(maxsize=100_000)
def _block(act: Act) -> str:
    import yaml  # noqa: PLC0415 - only where a file is written

    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    entry = _judgement_entry(act) if isinstance(act, Judgement) else _edit_entry(act)
    text: str = yaml.dump([entry], Dumper=dumper, sort_keys=False, allow_unicode=True, width=100)
    return text


def _judgement_entry(act: Judgement) -> dict[str, Any]:
    order = ("source", "document_id", "start", "end", "theme", "judge", "when", "answer", "quote", "note", "origin", "withdrawn")  # fmt: skip
    entry = {name: getattr(act, name) for name in order}
    if act.origin == "proposed":
        del entry["origin"]
    return {name: value for name, value in entry.items() if value != "" or name == "source"}


def _edit_entry(act: Edit) -> dict[str, Any]:
    into = []
    for part in act.into:
        places = [dict(zip(("document_id", "start", "end"), place, strict=True)) for place in part.places]
        named = {"name": part.name} | ({"gloss": part.gloss} if part.gloss else {})
        into.append(named | ({"places": places} if places else {}))
    entry = {"when": act.when, "judge": act.judge, "edit": act.edit, "themes": list(act.themes), "into": into}
    return entry | ({"withdrawn": act.withdrawn} if act.withdrawn else {})


def from_text(text: str, name: str) -> list[Act]:
    """Read the text of a file.

    Parameters
    ----------
    text : str
    name : str
        Of the file, for the message.

    Raises
    ------
    JudgementsFileError
        If it holds conflict markers of git, is not YAML, of another schema, or has an entry that is not whole.

    Examples
    --------
    >>> from_text(to_text([]), "judgements.yml")
    []
    """
    if _MARKERS.search(text):
        raise _refused(
            name, "marks of a conflict that git left", "blocks of one version",
            f"join both sides with themekit.judgements.resolve({name!r}), or edit the file",
        )  # fmt: skip
    content = _parsed(text, name)
    schema = content.get("schema") if isinstance(content, dict) else None
    if schema != SCHEMA:
        raise _refused(
            name, f"schema {schema!r}", f"{SCHEMA!r}",
            "move the file away if it is something else, or install the version of themekit that wrote it",
        )  # fmt: skip
    acts: list[Act] = []
    for kind, make in (("judgements", _judgement), ("edits", _edit)):
        entries = content.get(kind) or []
        if not isinstance(entries, list):
            raise _refused(
                name, f"{kind!r} that is no list", "a list of blocks", "put the file right by hand"
            )
        for number, entry in enumerate(entries, start=1):
            try:
                acts.append(make(entry))
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                said = f"no {error}" if isinstance(error, KeyError) else " ".join(str(error).split())
                raise _refused(
                    name, f"{kind[:-1]} {number} with {said}", "a block as themekit writes it",
                    "put that block right, or take it out",
                ) from error  # fmt: skip
    return join(acts)


def sides(text: str) -> tuple[str, str]:
    """Return both versions of a text with conflict markers of git in it."""
    both: tuple[list[str], list[str]] = ([], [])
    at = ""
    for line in text.splitlines(keepends=True):
        if _MARKERS.fullmatch(line.rstrip("\r\n")):
            at = line[0]
        elif at in {"", ">"}:
            both[0].append(line)
            both[1].append(line)
        elif at != "|":  # what both had before is in neither side
            both[at == "="].append(line)
    return "".join(both[0]), "".join(both[1])


def _refused(name: str, seen: str, expected: str, advice: str) -> JudgementsFileError:
    return JudgementsFileError(
        f"seen {seen} in {name!r}; expected {expected}; the file was left as it is: {advice}"
    )


def _parsed(text: str, name: str) -> Any:  # noqa: ANN401 - what a YAML file holds
    import yaml  # noqa: PLC0415 - only where a file is read

    base = getattr(yaml, "CBaseLoader", yaml.BaseLoader)

    class Loader(base):  # type: ignore[misc, valid-type]  # all is text: a "yes" must not become True
        """Refuses a block that says a thing twice, as a careless merge leaves it."""

        def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
            names = [key.value for key, _ in node.value]
            if len(names) > len({str(n) for n in names}):
                raise yaml.constructor.ConstructorError(
                    None, None, "something said twice in a block", node.start_mark
                )
            return cast("dict[Hashable, Any]", super().construct_mapping(node, deep=deep))

    try:
        return yaml.load(text, Loader=Loader)  # noqa: S506 - a base loader makes nothing but text
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        said = " ".join(str(error).split())
        raise _refused(name, f"text that does not parse ({said})", "YAML", "put it right by hand") from error


def _judgement(entry: dict[str, str]) -> Judgement:
    made = Judgement(**{**entry, "start": _number(entry["start"]), "end": _number(entry["end"])})  # type: ignore[arg-type]
    _is_text({k: v for k, v in asdict(made).items() if k not in {"start", "end"}})
    _is_one_of("answer", made.answer, ANSWERS)
    _is_one_of("origin", made.origin, ORIGINS)
    _is_signed(made)
    if not 0 <= made.start < made.end:
        raise ValueError(f"start {made.start} and end {made.end}")
    return made


def _edit(entry: dict[str, Any]) -> Edit:
    parts = []
    for part in entry["into"]:
        places = tuple(
            (p["document_id"], _number(p["start"]), _number(p["end"])) for p in part.get("places", ())
        )
        parts.append(Part(part["name"], part.get("gloss", ""), places))
    made = Edit(**{**entry, "themes": tuple(entry["themes"]), "into": tuple(parts)})
    _is_one_of("edit", made.edit, EDITS)
    _is_text(dict.fromkeys(made.themes + tuple(p.name for p in parts), "") | {"judge": made.judge})
    _is_signed(made)
    if not made.themes or not parts:
        raise ValueError("nothing to do it to")
    return made


def _number(text: str) -> int:
    if not re.fullmatch(r"\d+", text):
        raise ValueError(f"{text!r} for a number of characters")
    return int(text)


def _is_text(values: dict[str, Any]) -> None:
    for name, value in values.items():
        if not isinstance(value, str) or not isinstance(name, str):
            raise TypeError(f"{value!r} for {name}")


def _is_one_of(name: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise ValueError(f"{name} {value!r}, none of {', '.join(known)}")


def _is_signed(act: Act) -> None:
    if not act.judge.strip():
        raise ValueError("nobody for judge")
    for when in (act.when, *([act.withdrawn] if act.withdrawn else [])):
        if not _WHEN.fullmatch(when):
            raise ValueError(f"time {when!r}, not as 2026-11-25T18:00:00Z")
