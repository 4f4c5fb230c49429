"""Markdown: essays and posts with front matter, Jekyll posts, labelled transcripts.

Text comes out without markup: headings and code are left out and counted,
links and emphasis keep their words, block quotes are kept as turns that are
nobody's, since they are seldom the author's words.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

import frontmatter
import yaml
from bs4 import BeautifulSoup
from markdown_it import MarkdownIt

from themekit.readers import plain, transcript
from themekit.readers.document import Note, RawDocument, Turn, UnreadableFileError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from markdown_it.token import Token

SUFFIXES = (".md", ".markdown", ".mdown")

_FENCED_HEAD = re.compile(r"\A---[ \t]*\n(?P<head>.*?)\n---[ \t]*(?:\n|\Z)", re.DOTALL)


def read(path: Path) -> list[RawDocument]:
    """Read a Markdown file."""
    raw, notes = plain.decode(path)
    meta, body, more = _front_matter(raw)
    notes += more
    interviewers = _strings(meta.get("interviewer") or meta.get("interviewers"))
    title, text, turns, more = _body(body, interviewers)
    notes += more
    if not text:
        raise UnreadableFileError("seen no text below the front matter; expected prose; nothing was taken from it")
    kind = _string(meta.get("kind"))
    date, date_notes = _date(meta.get("date"))
    return [
        RawDocument(
            text=text,
            title=_string(meta.get("title")) or title,
            author=_string(meta.get("author") or meta.get("authors")),
            date=date,
            date_source="front matter" if date else None,
            kind=kind.lower() if kind else _kind(turns),
            turns=turns,
            notes=[*notes, *date_notes],
        )
    ]


def _kind(turns: list[Turn]) -> str:
    if any(t.role == "unknown" for t in turns):
        return "talk"
    return "interview" if any(t.label for t in turns) else "essay"


def _front_matter(raw: str) -> tuple[Mapping[str, Any], str, list[Note]]:
    """Split off YAML front matter; where it does not parse, keep the text and say so."""
    try:
        post = frontmatter.loads(raw)
    except (yaml.YAMLError, ValueError) as error:
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        note = Note("dropped", f"front matter that is not YAML ({problem}): title, author and date not taken from it")
        return {}, _FENCED_HEAD.sub("", raw), [note]
    if post.metadata and isinstance(post.metadata, dict):
        return post.metadata, post.content, []
    return {}, post.content, []


def _body(body: str, interviewers: list[str]) -> tuple[str | None, str, list[Turn], list[Note]]:
    """Return title, text, turns and notes of a Markdown body."""
    found = transcript.find_turns(body, clean=_plain_text, interviewers=interviewers)
    if found:
        return None, found.text, list(found.turns), list(found.notes)
    title, blocks, notes = _blocks(body)
    if len(blocks) == 1 and not blocks[0][1] and plain.is_caption_stream(blocks[0][0]):
        made = plain.document(blocks[0][0], notes)
        return title, made.text, list(made.turns), list(made.notes)
    text, turns = _lay_out(blocks)
    return title, text, turns, notes


def _lay_out(blocks: list[tuple[str, bool]]) -> tuple[str, list[Turn]]:
    """Join blocks to one text; neighbours of one voice make one turn."""
    text = ""
    turns: list[Turn] = []
    for block, quoted in blocks:
        start = len(text) + 2 if text else 0
        text = f"{text}\n\n{block}" if text else block
        role = "quoted" if quoted else "author"
        if turns and turns[-1].role == role:
            turns[-1] = Turn(None, turns[-1].start, len(text), role)
        else:
            turns.append(Turn(None, start, len(text), role))
    return text, turns


def _blocks(body: str) -> tuple[str | None, list[tuple[str, bool]], list[Note]]:
    """Return the first heading, the paragraphs (text, whether quoted), and what was left out."""
    tokens = MarkdownIt("commonmark").enable("table").parse(body)
    title, blocks = None, []
    n_code = n_headings = depth = 0
    in_heading = False
    for token in tokens:
        depth += (token.type == "blockquote_open") - (token.type == "blockquote_close")
        in_heading = token.type == "heading_open" or (in_heading and token.type != "heading_close")
        n_code += token.type in {"fence", "code_block"}
        text = _token_text(token)
        if in_heading and text:
            title, n_headings = title or text, n_headings + 1
        elif text:
            blocks.append((text, depth > 0))
    return title, blocks, list(_left_out(n_headings, n_code, sum(q for _, q in blocks)))


def _left_out(n_headings: int, n_code: int, n_quoted: int) -> Iterator[Note]:
    if n_headings:
        yield Note("dropped", f"{n_headings} heading{'s' * (n_headings > 1)} (structure, not prose)")
    if n_code:
        yield Note("dropped", f"{n_code} code block{'s' * (n_code > 1)}")
    if n_quoted:
        yield Note("kept", f"{n_quoted} quoted paragraph{'s' * (n_quoted > 1)}, not counted as the author's words")


def _plain_text(body: str) -> str:
    return "\n\n".join(text for text, _ in _blocks(body)[1])


def _token_text(token: Token) -> str:
    if token.type == "inline":
        return " ".join("".join(_inline(token.children or [])).split())
    if token.type == "html_block":
        return " ".join(BeautifulSoup(token.content, "html.parser").get_text(" ").split())
    return ""


def _inline(children: list[Token]) -> Iterator[str]:
    for child in children:
        if child.type in {"text", "code_inline"}:
            yield child.content
        elif child.type in {"softbreak", "hardbreak"} or child.content.startswith("<br"):
            yield " "


def _date(value: object) -> tuple[str | None, list[Note]]:
    """Keep a date as far as it goes: a year stays a year."""
    if value is None or value == "":
        return None, []
    if isinstance(value, dt.datetime):
        return value.date().isoformat(), []
    if isinstance(value, dt.date):
        return value.isoformat(), []
    text = str(value).strip()
    if re.fullmatch(r"\d{4}(-\d{2}(-\d{2})?)?", text):
        return text, []
    return _parsed_date(text)


def _parsed_date(text: str) -> tuple[str | None, list[Note]]:
    from dateutil import parser  # noqa: PLC0415 - only for dates written in words

    try:
        # Parsed over two different defaults: what differs was not said, and is not invented.
        one, two = (parser.parse(text, default=dt.datetime(*d)) for d in ((1904, 1, 1), (1908, 3, 3)))  # noqa: DTZ001 - no zone
    except (ValueError, OverflowError):
        return None, [Note("dropped", f"date {text[:40]!r}: expected something like 2019-03-21")]
    if one.year != two.year:
        return None, [Note("dropped", f"date {text[:40]!r}: no year in it")]
    known = 1 if one.month != two.month else 2 if one.day != two.day else 3
    date = "-".join(one.date().isoformat().split("-")[:known])
    return date, [Note("guessed", f"date {text[:40]!r} read as {date}")]


def _string(value: object) -> str | None:
    strings = _strings(value)
    return ", ".join(strings) or None


def _strings(value: object) -> list[str]:
    if value is None:
        return []
    items = value if isinstance(value, list) else [value]
    named = [i.get("name") if isinstance(i, dict) else i for i in items]
    return [" ".join(str(i).split()) for i in named if i is not None and str(i).strip()]
