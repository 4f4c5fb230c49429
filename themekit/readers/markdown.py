"""Markdown: essays and posts with front matter (Jekyll, Hugo, Obsidian), labelled transcripts.

Text comes out without markup: headings, code, tables and footnotes are left out
and counted, links and emphasis keep their words, block quotes are kept as turns
that are nobody's, since they are seldom the author's words.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from themekit.readers import dates, masthead, plain, prose
from themekit.readers import html as page
from themekit.readers.document import Note, RawDocument, count, no_text
from themekit.readers.prose import Block, BlockRole
from themekit.readers.transcript import People

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from markdown_it.token import Token

SUFFIXES = {
    ".md": "Markdown",
    ".markdown": "Markdown",
    ".mdown": "Markdown",
    ".mkd": "Markdown",
    ".qmd": "Markdown",
}

_YAML = re.compile(r"\A---[ \t]*\n(?P<head>.*?)(?:\n|(?<=---\n))(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_TOML = re.compile(r"\A\+\+\+[ \t]*\n(?P<head>.*?)\n?\+\+\+[ \t]*(?:\n|\Z)", re.DOTALL)
_PLAIN_FIELD = re.compile(
    r"^(title|author|date|kind|speakers?|guests?|interviewers?|hosts?)[ \t]*:[ \t]*(\S.*?)[ \t]*$",
    re.MULTILINE | re.IGNORECASE,
)
# Fields without a fence: "% Title" and so on (pandoc), "Title: ..." (MultiMarkdown, Pelican), ".. title: ..." in a
# comment (Nikola), and "title:: ..." (Logseq, Obsidian's Dataview), which may stand below the first heading.
_PERCENT = re.compile(r"\A(?:%[^\n]*\n(?:[ \t]+\S[^\n]*\n)*){1,3}(?=\s*\n)")
_FIELDS = re.compile(r"\A(?:[A-Za-z][\w -]{0,30}:[ \t]+\S[^\n]*(?:\n|\Z)){2,30}(?=\s*(?:\n|\Z))")
_COMMENT = re.compile(r"\A\s*<!--\s*\n(?:\.\. [\w-]{1,30}:[^\n]*\n){1,30}\s*-->[ \t]*\n")
_DOUBLE = re.compile(r"\A(?:#[^\n]*\n\s*)?(?:[\w][\w -]{0,30}::[ \t]*[^\n]*(?:\n|\Z)){1,30}")
_FIELD = re.compile(r"^(?:\.\. )?(\w[\w -]{0,30}?)::?[ \t]+(\S.*?)[ \t]*$", re.MULTILINE)
_TELLING = frozenset({"title", "author", "authors", "date"})
# What the day is called that a text was made or came out on; when it was changed says neither.
_DATES = ("date", "published", "publishdate", "pubdate", "date_published", "pub_date", "published_at", "publish_date", "publisheddate",
          "created", "date created", "date_created", "created_at", "creation_date")  # fmt: skip
# What Jekyll, Hugo and Obsidian put between the words.
# Bounded, so that openings without an end cost no more than their number.
_MACROS = re.compile(
    r"^[*-] [^\n]*\n\{:toc\}|\{%.{,1000}?%\}|\{\{.{,1000}?\}\}|\{:.{,200}?\}|%%.{,1000}?%%|!\[\[[^\]\n]{,300}\]\]",
    re.DOTALL | re.MULTILINE,
)
_WIKI_LINK = re.compile(r"\[\[(?:[^\[\]\n|]{,300}\|)?([^\[\]\n|]{1,300})\]\]")
_HIGHLIGHT = re.compile(r"==(\S(?:[^=\n]{,500}\S)?)==")
_BLOCK_ID = re.compile(r"[ \t]\^[\w-]+[ \t]*$", re.MULTILINE)
_NOT_PROSE = {
    "fence": "code block",
    "code_block": "code block",
    "table_open": "table",
    "footnote_open": "footnote",
}


def read(data: bytes, name: str) -> list[RawDocument]:  # noqa: ARG001 - one signature for all readers
    """Read a Markdown file."""
    raw, notes = plain.decode(data)
    meta, body, more = front_matter(raw)
    blocks, dropped = _blocks(body)
    if not blocks:
        raise no_text("no prose below the front matter" if meta else "no prose in it")
    date, date_notes = dates.parse(_day(meta))
    author = _string(meta, "author", "authors", "by", "byline")
    guests = _strings(meta, "guest", "guests", "speaker", "speakers", "interviewee", "interviewees")
    kind = _string(meta, "kind")
    about = prose.About(
        title=_string(meta, "title", "headline"),
        author=author or (guests[0] if len(guests) == 1 else None),
        date=date,
        date_source="front matter",
        kind=kind.lower() if kind else None,
        people=People(
            interviewers=_strings(meta, "interviewer", "interviewers", "host", "hosts", "moderator"),
            guests=[*guests, *([author] if author else [])],
        ),
    )
    made = masthead.documents(blocks, about, [*notes, *more, *date_notes, *dropped])
    return [replace(document, series=_series(meta)) for document in made]


def _day(meta: Mapping[str, Any]) -> object:
    value = next((meta[key] for key in _DATES if meta.get(key)), None)
    return _WIKI_LINK.sub(r"\1", value) if isinstance(value, str) else value


def _series(meta: Mapping[str, Any]) -> str | None:
    """Return the series that a text says it is of, or the one folder under which its other addresses stand."""
    named = _string(meta, "series", "show", "podcast")
    if named and "://" not in named:
        return named
    folders = {alias.strip("/").rpartition("/")[0] for alias in _strings(meta, "aliases")}
    return (folders.pop() or None) if len(folders) == 1 else None


def front_matter(raw: str) -> tuple[Mapping[str, Any], str, list[Note]]:
    """Split off YAML or TOML front matter; where it does not parse, take what can be told line by line."""
    match = _YAML.match(raw) or _TOML.match(raw)
    if not match:
        return *_without_fence(raw), []
    head, body = match["head"], raw[match.end() :]
    try:
        meta = _toml(head) if raw.startswith("+") else _yaml(head)
    except ValueError as error:
        fields = {key.lower(): value.strip("\"'") for key, value in _PLAIN_FIELD.findall(head)}
        found = f"{', '.join(fields)} taken line by line" if fields else "nothing taken from it"
        return fields, body, [Note("repaired", f"front matter that does not parse ({error}): {found}")]
    if isinstance(meta, dict):
        said = _lower(meta)
        # Hugo and Zola have fields of one's own below these.
        own = [inner for key in ("extra", "params") if isinstance(inner := said.get(key), dict)]
        return {key: value for fields in (*own, said) for key, value in _lower(fields).items()}, body, []
    # A rule, a paragraph, a rule: no front matter after all.
    return {}, raw, []


def _lower(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {str(key).lower(): value for key, value in fields.items()}


def _without_fence(raw: str) -> tuple[Mapping[str, Any], str]:
    """Split off fields that stand above a text without a fence, where they say what it is called, by whom or when."""
    if match := _PERCENT.match(raw):
        title, *others = (
            re.sub(r"\s*\n[ \t]+", "; ", part.strip())
            for part in re.split(r"^%", match[0], flags=re.MULTILINE)[1:]
        )
        authors, date = [*others, "", ""][:2]
        said: dict[str, Any] = {"title": title.replace("; ", " "), "date": date}
        return {**said, "author": [name for name in re.split(r"\s*;\s*", authors) if name]}, raw[
            match.end() :
        ]
    for form in (_COMMENT, _FIELDS, _DOUBLE):
        if match := form.match(raw):
            fields = {key.lower(): value for key, value in _FIELD.findall(match[0])}
            if _TELLING & fields.keys():
                heading = re.match(r"#[^\n]*\n", match[0])
                return fields, f"{heading[0] if heading else ''}\n{raw[match.end() :]}"
    return {}, raw


def _yaml(head: str) -> object:
    import yaml  # noqa: PLC0415 - loaded when a text is read, not when themekit is imported

    try:
        # BaseLoader makes no objects and keeps 1903-04 and 2019-02-30 as they are written.
        return yaml.load(head, Loader=yaml.BaseLoader)  # noqa: S506 - strings, lists and mappings only
    except (yaml.YAMLError, RecursionError) as error:
        raise ValueError(getattr(error, "problem", None) or type(error).__name__) from error


def _toml(head: str) -> object:
    import tomllib  # noqa: PLC0415 - loaded when a text is read, not when themekit is imported

    return tomllib.loads(head)


def _blocks(body: str) -> tuple[list[Block], list[Note]]:
    """Return paragraphs and headings, and what was left out."""
    from markdown_it import MarkdownIt  # noqa: PLC0415 - loaded when a text is read
    from mdit_py_plugins.footnote import footnote_plugin  # noqa: PLC0415 - loaded when a text is read

    parser = MarkdownIt("commonmark").enable("table").use(footnote_plugin)
    blocks: list[Block] = []
    left_out: Counter[str] = Counter()
    quote_depth = skipped_depth = 0
    in_heading = False
    for token in parser.parse(_tidy(body)):
        kind = token.type
        quote_depth += (kind == "blockquote_open") - (kind == "blockquote_close")
        skipped_depth += kind in {"table_open", "footnote_open"}
        left_out[_NOT_PROSE.get(kind, "")] += 1
        in_heading = kind == "heading_open" or (in_heading and kind != "heading_close")
        text = "" if skipped_depth else _token_text(token)
        skipped_depth -= kind in {"table_close", "footnote_close"}
        if text:
            role: BlockRole = "heading" if in_heading else "quoted" if quote_depth else "author"
            blocks.append(Block(text, role, _bold_at_head(token)))
    nouns = ("code block", "table", "footnote")
    return blocks, [Note("dropped", count(left_out[noun], noun)) for noun in nouns if left_out[noun]]


def _tidy(body: str) -> str:
    body = _MACROS.sub("", body)
    body = _WIKI_LINK.sub(lambda m: m[1].replace("#", " "), body)
    return _BLOCK_ID.sub("", _HIGHLIGHT.sub(r"\1", body))


def _token_text(token: Token) -> str:
    if token.type == "inline":
        return "".join(_inline(token.children or [])).strip()
    if token.type == "html_block":
        return _without_tags(token.content)
    return ""


def _bold_at_head(token: Token) -> str | None:
    """Return what stands in bold at the head of a paragraph, after a time code at most."""
    bold: list[str] | None = None
    for child in token.children or []:
        if child.type == "strong_close" and bold is not None:
            return "".join(bold)
        if child.type == "strong_open":
            bold = []
        elif bold is not None:
            bold.append(child.content)
        elif any(c.isalpha() for c in child.content):
            return None
    return None


def _inline(children: list[Token]) -> Iterator[str]:
    for child in children:
        if child.type in {"text", "code_inline", "text_special"}:
            yield child.content
        elif child.type in {"softbreak", "hardbreak"} or child.content.lower().startswith("<br"):
            yield "\n"


def _without_tags(html: str) -> str:
    if "<" not in html:
        return html.strip()
    from lxml import etree  # noqa: PLC0415 - loaded when a text is read, not when themekit is imported

    try:
        root = page.parse(html)
    except etree.ParserError:
        # Nothing but a comment.
        return ""
    etree.strip_elements(root, "script", "style", with_tail=False)
    return " ".join(root.itertext()).strip()


def _string(meta: Mapping[str, Any], *keys: str) -> str | None:
    return ", ".join(_strings(meta, *keys)) or None


def _strings(meta: Mapping[str, Any], *keys: str) -> list[str]:
    """Return the first of the fields that is there as a list of words; what is neither word nor list is passed over."""
    value: Any = next((meta[k] for k in keys if meta.get(k)), [])
    items = value if isinstance(value, list) else [value]
    named = [item.get("name") if isinstance(item, dict) else item for item in items[:100]]
    return [
        " ".join(_WIKI_LINK.sub(r"\1", str(n)).split())
        for n in named
        if isinstance(n, str | int) and str(n).strip()
    ]
