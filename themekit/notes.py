"""Notes: themes and quotes as Markdown files that Obsidian links together.

One note for each theme of each author, one for each document that is quoted, one on the method; all in one folder, since
a link by the name of a file holds wherever the folder lies in a vault. What comes from texts (names, titles, quotes) is
shown as text: no markup of theirs takes effect.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pandas as pd

import themekit
from themekit.wording import file_name, visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from themekit.method import MethodNote

MADE_BY = f"themekit {themekit.__version__}"
METHOD = "method-of-themekit"
_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~^$=%&@!])")
_AT_START = re.compile(r"^(\s*)([-+:]|\d+(?=[.)]))")


def notes(coded: pd.DataFrame, themes: pd.DataFrame, method: MethodNote) -> dict[str, str]:
    """Return notes by the name of their file.

    Parameters
    ----------
    coded : pandas.DataFrame
        Coded passages: ``code, author, document_id, title, date, source, quote, coder, answer, note``.
    themes : pandas.DataFrame
        What is known of each author's theme: ``author, code, gloss, verdict, line`` (a sentence).
    method : MethodNote

    Returns
    -------
    dict of str to str
        ``NAME.md`` to what is in it.
    """
    taken: set[str] = {METHOD}
    pages = {
        (row.author, row.code): _named("theme", f"{row.author} {row.code}", taken)
        for row in themes.itertuples(index=False)
    }
    documents = {
        row.document_id: _named("text", row.title or row.document_id, taken)
        for row in coded.drop_duplicates("document_id").itertuples(index=False)
    }
    made = {}
    for row in themes.itertuples(index=False):
        own = coded[(coded["author"] == row.author) & (coded["code"] == row.code)]
        others = [
            (name, page) for (name, code), page in pages.items() if code == row.code and name != row.author
        ]
        made[f"{pages[row.author, row.code]}.md"] = _theme(row, own, documents, others)
    for _, own in coded.groupby("document_id", sort=False):
        made[f"{documents[own['document_id'].iloc[0]]}.md"] = _document(own, pages)
    made[f"{METHOD}.md"] = _method(method)
    return made


def _named(kind: str, words: str, taken: set[str]) -> str:
    taken.add(name := file_name(kind, words, taken))
    return name


def escaped(text: object) -> str:
    r"""Return a line of somebody's text as Markdown that shows it as it is.

    Examples
    --------
    >>> escaped("# [[a]] <script> 1. #tag")
    '\\# \\[\\[a\\]\\] \\<script\\> 1. \\#tag'
    """
    line = _MARKUP.sub(r"\\\1", visible(text))
    return _AT_START.sub(lambda m: m[1] + (f"{m[2]}\\" if m[2].isdigit() else f"\\{m[2]}"), line).replace(
        "://", ":\\//"
    )


def _link(page: str, shown: object) -> str:
    """Return a wiki link; what is shown of it cannot be escaped, so that brackets and bars are changed."""
    words = visible(shown).translate(str.maketrans("[]|<>#^", "()/‹›＃ˆ"))
    return f"[[{page}|{words.strip() or page}]]"


def _front(fields: Mapping[str, Any]) -> str:
    import yaml  # noqa: PLC0415 - only where notes are written

    known = {name: value for name, value in fields.items() if isinstance(value, list) or not pd.isna(value)}
    dumped: str = yaml.safe_dump(
        known | {"made_by": MADE_BY}, sort_keys=False, allow_unicode=True, width=10_000
    )
    return f"---\n{dumped}---\n"


def _quote(text: str) -> str:
    lines = [escaped(line) for line in re.split(r"\r\n|[\n\r\v\f\x85\u2028\u2029]", text)]
    return "\n".join(f"> {line}".rstrip() for line in lines)


def _theme(row: Any, own: pd.DataFrame, documents: dict[str, str], others: list[tuple[str, str]]) -> str:  # noqa: ANN401
    parts = [
        _front({"aliases": [f"{visible(row.author)}: {visible(row.code)}"], "author": row.author, "theme": row.code,
                "verdict": row.verdict, "tags": ["themekit/theme"]}),
        f"# {escaped(row.author)}: {escaped(row.code)}\n",
        f"{escaped(row.gloss)}\n",
        f"{escaped(row.line)} How that was found: {_link(METHOD, 'the method')}.\n",
    ]  # fmt: skip
    for i, (_, said) in enumerate(own.groupby(["document_id", "start", "end"], sort=False), start=1):
        first = said.iloc[0]
        dated = f", {escaped(first['date'])}" if isinstance(first["date"], str) else ""
        parts.append(f"{_quote(first['quote'])}\n\n^q{i}\n")
        parts.append(f"{_link(documents[first['document_id']], first['title'] or first['source'])}{dated}\n")
        parts += [f"- {line}\n" for line in _judged(said)]
    if others:
        parts.append("## Also in\n")
        parts += [f"- {_link(page, f'{name}: {row.code}')}" for name, page in others]
    return "\n".join(parts).rstrip() + "\n"


def _judged(said: pd.DataFrame) -> Iterator[str]:
    for row in said[said["answer"] != "proposed"].itertuples(index=False):
        yield f"{escaped(row.coder)}: {row.answer}{f'. {escaped(row.note)}' if row.note else ''}"


def _document(own: pd.DataFrame, pages: dict[tuple[str, str], str]) -> str:
    first = own.iloc[0]
    title = first["title"] or first["source"]
    front = _front({"aliases": [visible(title)], "title": first["title"], "date": first["date"], "source": first["source"],
                    "tags": ["themekit/text"]})  # fmt: skip
    parts = [front, f"# {escaped(title)}\n"]
    for (author, code), quotes in own.groupby(["author", "code"], sort=False):
        parts.append(f"## {_link(pages[author, code], f'{author}: {code}')}\n")
        parts += [f"{_quote(quote)}\n" for quote in quotes["quote"].drop_duplicates()]
    return "\n".join(parts).rstrip() + "\n"


def _method(method: MethodNote) -> str:
    references = "\n".join(f"- {escaped(work.line)}" for work in method.references)
    paragraphs = "\n\n".join(escaped(part) for part in method.text.split("\n\n"))
    front = _front({"aliases": ["The method of themekit"], "tags": ["themekit/method"]})
    return f"{front}\n# The method\n\n{paragraphs}\n\n## References\n\n{references}\n"
