"""Files as people bring them whom nobody asked how: exports of writing programs, letters, journals, mail, books.

Each is written once, with what it says of title, author and date beside it. :mod:`reading` reads them with
``--strangers`` and counts what is right. They were written after the readers were, and without looking at these.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from dataclasses import dataclass, field
from email.header import Header
from html import escape
from typing import TYPE_CHECKING

from layouts import essays

import themekit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from layouts import Essay


@dataclass(frozen=True)
class Stranger:
    """A file: its name, what is in it, what it says; ``None`` is not judged, "" is what it does not say.

    ``entries`` are the dates of a journal's entries, each a document.
    """

    name: str
    content: str
    title: str | None = None
    author: str | None = None
    date: str | None = None
    entries: list[str] = field(default_factory=list)
    by: str = "hand"
    then: Callable[[Path], None] | None = None


# What stands above, below or around the text; then which of them say less than a day, or no date or title.
PLAIN: dict[str, str] = {
    "obsidian-properties.md": '---\ntitle: "{title}"\nauthor:\n  - "[[{author}]]"\ncreated: {iso}T10:15\ntags:\n  - essay\n---\n\n{body}\n',
    "obsidian-linter.md": "---\ndate created: {weekday}, {month} {nth} {year}, 10:15:00 am\ndate modified: Friday, May 3rd 2024, 9:00:00 am\nauthor: {author}\n---\n# {title}\n\n{body}\n",
    "obsidian-fields.md": "# {title}\n\nauthor:: [[{author}]]\ndate:: [[{iso}]]\n\n{body}\n",
    "hugo-time.md": '+++\ntitle = "{title}"\ndate = {iso}T10:15:00+01:00\nauthor = "{author}"\ndraft = false\n+++\n\n{body}\n',
    "hugo-authors.md": "+++\ntitle = '{quoted}'\nauthors = ['{author}']\npublishDate = {iso}\ncategories = ['essays']\n+++\n{body}\n",
    "hugo-params.md": '+++\ntitle = "{title}"\ndate = "{iso}"\n[params]\nauthor = "{author}"\n+++\n\n{body}\n',
    "hugo-mapping.md": "---\ntitle: {title}\nauthor:\n  name: {author}\n  email: nobody@example.org\ndate: {iso}\n---\n{body}\n",
    "pandoc-block.md": "% {title}\n% {author}\n% {day} {month} {year}\n\n{body}\n",
    "pandoc-block-two.md": "% {title}\n% {author}\n  Maud Okafor\n% {month} {year}\n\n{body}\n",
    "pandoc-yaml.md": "---\ntitle: |\n  {title}\nauthor:\n- {author}\n- Maud Okafor\ndate: {day} {month} {year}\n...\n\n{body}\n",
    "multimarkdown.md": "Title:    {title}\nAuthor:   {author}\nDate:     {month} {day}, {year}\n\n{body}\n",
    "pelican.md": "Title: {title}\nDate: {iso} 10:15\nModified: 2024-05-03 09:00\nAuthor: {author}\nSlug: {slug}\nCategory: essays\n\n{body}\n",
    "nikola.md": "<!--\n.. title: {title}\n.. slug: {slug}\n.. date: {iso} 10:15:00 UTC+01:00\n.. author: {author}\n-->\n\n{body}\n",
    "jekyll-time.md": "---\nlayout: post\ntitle:  {title}\ndate:   {iso} 10:15:00 +0100\nauthor: {author}\npublished: true\n---\n{body}\n",
    "quarto.qmd": '---\ntitle: "{title}"\nauthor:\n  - name: {author}\n    affiliation: Nowhere\ndate: "{iso}"\nformat: html\n---\n\n{body}\n',
    "astro.md": "---\ntitle: '{quoted}'\npubDate: '{mon} {day} {year}'\nauthor: {author}\nheroImage: /a.png\n---\n{body}\n",
    "ghost.md": '---\ntitle: "{title}"\nslug: {slug}\ndate_published: {iso}T10:15:00.000Z\ndate_updated: 2024-05-03T09:00:00.000Z\nauthors: {author}\n---\n\n{body}\n',
    "gatsby.md": '---\ntitle: {title}\ndate: "{iso}T22:12:03.284Z"\nauthor: {author}\ndescription: "An essay"\n---\n\n{body}\n',
    "italics.md": "# {title}\n\n*By {author}*\n\n*{day} {mon} {year} — 5 min read*\n\n{body}\n",
    "bold-then-italics.md": "**{title}**\n\n*{author}, {month} {year}*\n\n{body}\n",
    "pasted-newsletter.md": "# {title}\n\n### What was kept, and by whom\n\n[{author}](https://example.org/@{handle})\n\n{mon} {day}, {year}\n\n12\n\n3\n\nShare\n\n{body}\n",
    "notion.md": "# {title}\n\nCreated: {month} {day}, {year} 10:15 AM\nAuthor: {author}\nTags: essay\n\n{body}\n",
    "link-to-author.md": "# {title}\n\nPosted by [{author}](/about/) on {iso}\n\n{body}\n",
    "letter-to-readers.md": "# {title}\n\n*{weekday}, {month} {nth}, {year}*\n\nDear readers,\n\n{body}\n\nWith love,\n\n{author}\n",
    "table-of-facts.md": "# {title}\n\n| Author | {author} |\n|---|---|\n| Date | {iso} |\n\n{body}\n",
    "org-roam.org": ":PROPERTIES:\n:ID: 1f2e\n:END:\n#+title: {title}\n#+author: {author}\n#+date: [{iso} Thu]\n#+filetags: :essay:\n\n{body}\n",
    "ox-hugo.org": "#+title: {title}\n#+author: {author}\n#+hugo_base_dir: ../\n#+date: <{iso}>\n\n{body}\n",
    "docinfo.rst": "{rule}\n{title}\n{rule}\n\n:Author: {author}\n:Date: {day} {month} {year}\n\n{body}\n",
    "pelican.rst": "{title}\n{rule}\n\n:date: {iso} 10:15\n:author: {author}\n:slug: {slug}\n:category: essays\n\n{body}\n",
    "nikola.rst": ".. title: {title}\n.. slug: {slug}\n.. date: {iso} 10:15:00 UTC+01:00\n.. author: {author}\n\n{body}\n",
    "underlined.txt": "{title}\n{rule}\n\n{author}, {day} {month} {year}\n\n{body}\n",
    "manuscript.txt": "{author}                                        about 1,200 words\n14 Quay Road\nLisbon\n\n\n\n                    {capitals}\n\n                    by {author}\n\n\n{body}\n\n                    THE END\n",
    "fields.txt": "title: {title}\nby: {author}\nwritten: {month} {year}\n\n{body}\n",
    "brackets.txt": "{title} ({year})\n{author}\n\n{body}\n",
    "stars.txt": "*** {title} ***\n\nWritten by {author}\n{month} {nth}, {year}\n\n{body}\n",
    "below-with-place.txt": "{title}\n\n{body}\n\n{author}\nLisbon\n{day} {month} {year}\n",
    "letter.txt": "Lisbon, {day} {month} {year}\n\nDear Noor,\n\n{body}\n\nYours ever,\n\n{author}\n",
    "letter-us.txt": "{month} {day}, {year}\n\nDear Noor:\n\n{body}\n\nSincerely,\n{author}\n",
    "medium-export.html": '<!DOCTYPE html><html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"><title>{title}</title><style>*{{font-family: Georgia}}</style></head><body><article class="h-entry">\n'
    '<header>\n<h1 class="p-name">{title}</h1>\n</header>\n<section data-field="subtitle" class="p-summary">\nWhat was kept\n</section>\n<section data-field="body" class="e-content">\n<section name="6d91" class="section"><div class="section-content">{html}</div></section>\n</section>\n'
    '<footer><p>By <a href="https://medium.com/@{handle}" class="p-author h-card">{author}</a> on <a href="https://medium.com/p/1"><time class="dt-published" datetime="{iso}T10:15:00.000Z">{month} {day}, {year}</time></a>.</p><p><a href="https://medium.com/@{handle}/{slug}" class="p-canonical">Canonical link</a></p><p>Exported from <a href="https://medium.com">Medium</a> on May 3, 2024.</p></footer></article></body></html>',
    "block-theme.html": '<!DOCTYPE html><html lang="en"><head><meta charset="UTF-8"><title>{title} &#8211; The Marram Review</title><meta name="generator" content="WordPress 6.4.2"></head><body class="single"><div class="wp-site-blocks"><header class="wp-block-template-part"><p class="wp-block-site-title"><a href="/">The Marram Review</a></p></header><main class="wp-block-group"><h1 class="wp-block-post-title">{title}</h1><div class="wp-block-template-part"><div class="wp-block-post-date"><time datetime="{iso}T10:15:00+00:00"><a href="/">{month} {day}, {year}</a></time></div><p>by</p><div class="wp-block-post-author-name"><a href="/author/x">{author}</a></div><p>in</p><div class="taxonomy-category wp-block-post-terms"><a href="/c">Essays</a></div></div><div class="entry-content wp-block-post-content">{html}</div></main><footer class="wp-block-template-part"><p>Designed with WordPress</p></footer></div></body></html>',
    "write-as.html": '<!DOCTYPE HTML><html><head><meta charset="utf-8"><title>{title} &mdash; {author}</title></head><body id="post"><header><h1 dir="auto" id="blog-title"><a href="/">{author}</a></h1></header><article id="post-body" class="norm h-entry"><h2 id="title" class="p-name dated">{title}</h2><time class="dt-published" datetime="{iso}T10:15:00Z" pubdate itemprop="datePublished" content="{iso}">{month} {day}, {year}</time><div class="e-content">{html}</div></article><footer dir="ltr"><hr><nav><p style="font-size: 0.9em"><a class="home pubd" href="https://write.as">published with write.as</a></p></nav></footer></body></html>',
    "micro-blog.html": '<!DOCTYPE html><html><head><title>{title}</title><meta charset="utf-8"></head><body><header class="masthead"><p class="masthead-title">Marram</p></header><main class="content post h-entry"><div class="post-header"><h1 class="post-title p-name">{title}</h1><p class="post-date"><time class="dt-published" datetime="{iso} 10:15:00 -0600">{mon} {day}, {year}</time></p><a class="p-author h-card" href="/"><img class="u-photo" src="a.jpg">{author}</a></div><div class="e-content post-body">{html}</div></main></body></html>',
    "notion.html": '<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"/><title>{title}</title></head><body><article id="a" class="page sans"><header><h1 class="page-title">{title}</h1><p class="page-description"></p><table class="properties"><tbody><tr class="property-row property-row-text"><th>Author</th><td>{author}</td></tr><tr class="property-row property-row-date"><th>Date</th><td><time>@{month} {day}, {year}</time></td></tr></tbody></table></header><div class="page-body">{html}</div></article></body></html>',
    "centred.html": '<HTML><HEAD><TITLE>{title}</TITLE></HEAD><BODY BGCOLOR="#FFFFFF"><CENTER><H2>{title}</H2><I>by {author}</I><BR>{month} {year}</CENTER><HR>{html}<HR><A HREF="index.html">Back</A></BODY></HTML>',
    "mail-from-one.eml": 'From: {encoded} <nobody@example.org>\nTo: Noor <noor@example.org>\nSubject: {subject}\nDate: Thu, {day} {mon} {year} 10:15:00 +0100 (CET)\nMIME-Version: 1.0\nContent-Type: text/plain; charset="utf-8"\nContent-Transfer-Encoding: 8bit\n\n{body}\n\n-- \n{author}\nLisbon\n',
    "box.mbox": 'From nobody@example.org Thu Mar 21 10:15:00 2019\nFrom: {encoded}\n <nobody@example.org>\nSubject: {subject}\nDate: {day} {mon} {year} 10:15:00 -0500\nMIME-Version: 1.0\nContent-Type: multipart/alternative; boundary="b1"\n\n--b1\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n<html><body>{html}</body></html>\n--b1--\n\n',
}  # fmt: skip
# Written after the readers had been mended for the forms above, to see what that was worth.
LATER: dict[str, str] = {
    "beehiiv.md": "# {title}\n\n#### The Marram Letter\n\n**{author}**\n{month} {day}, {year}\n\n{body}\n",
    "hexo.md": "title: {title}\ndate: {iso} 10:15:00\ntags: essays\nauthor: {author}\n---\n\n{body}\n",
    "zola.md": '+++\ntitle = "{title}"\ndate = {iso}\n[extra]\nauthor = "{author}"\n+++\n\n{body}\n',
    "lektor.md": "title: {title}\n---\npub_date: {iso}\n---\nauthor: {author}\n---\nbody:\n\n{body}\n",
    "docusaurus.md": "---\ntitle: {title}\nauthors:\n  - name: {author}\n    title: Essayist\n    url: https://example.org\ndate: {iso}T10:15\n---\n\n{body}\n",
    "byline-field.md": "---\nlayout: essay\nheadline: {title}\nbyline: {author}\npubdate: {month} {day}, {year}\n---\n\n{body}\n",
    "zettel.md": "---\nid: 202403151015\ntitle: {title}\nauthor: {author}\ndate: {iso}\n---\n# {title}\n\n{body}\n",
    "heading-by.md": "# {title}\n## by {author}\n### {day} {month} {year}\n\n{body}\n",
    "rule-below.md": "# {title}\n\n{body}\n\n---\n\n*{author} — {month} {day}, {year}*\n",
    "first-line-date.txt": "{day} {month} {year}\n\n{title}\n\n{body}\n\n{author}\n",
    "written-in.txt": "{title}\nan essay by {author}, written in {month} {year}\n\n{body}\n",
    "quoted-title.txt": '"{title}"\n\nBy {author}\n\n{day} {month} {year}\n\n{body}\n',
    "spaced-out.txt": "{title}\n\n\n\n{author}\n\n{month} {nth}, {year}\n\n\n\n{body}\n",
    "love-letter.txt": "{weekday} {day} {month} {year}\n\nMy dear Noor,\n\n{body}\n\nAll my love,\n{author}\n",
    "letter-with-head.txt": "{author}\n14 Quay Road\nLisbon\n\n{day} {month} {year}\n\nDear Noor,\n\n{body}\n\nYours sincerely,\n\n{author}\n",
    "time-tag.html": '<html><head><title>{title}</title></head><body><h1>{title}</h1><p><time datetime="{iso}">{day} {month} {year}</time> · <a rel="author" href="/">{author}</a></p>{html}</body></html>',
    "dl.html": "<html><head><title>{title} - Essays</title></head><body><h1>{title}</h1><dl><dt>Author</dt><dd>{author}</dd><dt>Date</dt><dd>{iso}</dd></dl>{html}</body></html>",
    "dublin-core.html": '<html><head><title>{title}</title><meta name="DC.creator" content="{author}"><meta name="DC.date" content="{iso}"></head><body>{html}</body></html>',
    "byline-below.html": "<html><head><title>Essays: {title}</title></head><body><h2>{title}</h2>{html}<p align=right><i>{author}<br>{month} {year}</i></p></body></html>",
    "denote.org": "#+title:      {title}\n#+author:     {author}\n#+date:       [{iso} Thu 10:15]\n#+filetags:   :essay:\n#+identifier: 20190321T101500\n\n{body}\n",
    "field-list.rst": ":title: {title}\n:author: {author}\n:date: {iso}\n\n{body}\n",
    "reply.eml": "From: {encoded} <nobody@example.org>\nTo: noor@example.org\nSubject: {subject}\nDate: {weekday}, {day} {mon} {year} 10:15:00 GMT\nContent-Type: text/html; charset=utf-8\n\n<html><body>{html}<blockquote><p>Did you find it?</p></blockquote></body></html>\n",
}  # fmt: skip
_NO_DAY = {
    "pandoc-block-two.md",
    "bold-then-italics.md",
    "fields.txt",
    "centred.html",
    "written-in.txt",
    "byline-below.html",
}
_NO_MONTH = {"brackets.txt"}
_NO_DATE = {"manuscript.txt"}
_NO_TITLE = {"letter.txt", "letter-us.txt", "love-letter.txt", "letter-with-head.txt"}
_TWO = {"pandoc-block-two.md", "pandoc-yaml.md"}

JOURNALS: dict[str, tuple[str, str]] = {
    "headings.md": ("## {day:%A}, {day.day} {day:%B} {day.year}", ""),
    "iso-headings.md": ("# {day:%Y-%m-%d}", ""),
    "titled-headings.md": ("## {day:%Y-%m-%d}: What came of it", ""),
    "bold-days.md": ("**{day.day} {day:%B} {day.year}**", ""),
    "days.txt": ("{day:%A} {day.day} {day:%B} {day.year}", ""),
    "days-of-a-year.txt": ("{day:%B} {day.day}, {day:%A}", "{day.year}\n\n"),
    "dotted-days.txt": ("{day:%d.%m.%Y}", ""),
    "day-one.txt": (
        "\tDate:\t{day:%B} {day.day}, {day.year} at 10:15:00 AM GMT\n\tWeather:\t12°C Cloudy\n",
        "",
    ),
    "datetree.org": ("*** {day:%Y-%m-%d} {day:%A}", "* {day.year}\n** {day:%Y-%m} {day:%B}\n"),
}

PANDOC = (
    ("title-style.docx", "no properties"), ("title-style.odt", "no properties"), ("title-style.rtf", ""), ("two-authors.epub", "two"),
    ("two-authors.docx", "two, no properties"), ("article.pdf", ""), ("article-two.pdf", "two"), ("article-month.pdf", "month"),
)  # fmt: skip
OFFICE = (("letter.docx", "MS Word 2007 XML"), ("letter.odt", "writer8"), ("letter.rtf", "Rich Text Format"), ("letter.pdf", "writer_pdf_Export"))  # fmt: skip


def write(folder: Path) -> Iterator[Stranger]:
    """Write the files; yield each with what it says."""
    texts = list(essays())
    for i, (name, form) in enumerate({**PLAIN, **LATER}.items()):
        stranger = _plain(name, form, texts[(9 * i + 3) % len(texts)])
        (folder / stranger.name).write_text(stranger.content, encoding="utf-8")
        yield stranger
    for i, (name, (heading, before)) in enumerate(JOURNALS.items()):
        stranger = _journal(name, heading, before, texts[5 * i : 5 * i + 5])
        (folder / stranger.name).write_text(stranger.content, encoding="utf-8")
        yield stranger
    if shutil.which("pandoc"):
        yield from _by_pandoc(folder, texts)
    if shutil.which("soffice"):
        yield from _by_office(folder, texts)


def wrong(folder: Path, stranger: Stranger) -> dict[str, tuple[object, object]]:
    """Read a file and return what of it is not as it should be: what it says, and what was seen."""
    corpus = themekit.read(folder / stranger.name)
    if stranger.entries:
        dates = corpus.documents["date"].tolist()
        return {} if dates == stranger.entries else {"entries": (stranger.entries, dates)}
    seen = corpus.documents.iloc[0].replace("’", "'", regex=True).to_dict()
    if corpus.account["detail"].str.startswith("names no author").any():
        seen["author"] = None
    if seen["date_source"] in {"document properties", "package"} and stranger.date == "":
        seen["date"] = None
    said = {"title": stranger.title, "author": stranger.author, "date": stranger.date}
    judged = {name: value.replace("’", "'") or None for name, value in said.items() if value is not None}
    return {name: (value, seen[name]) for name, value in judged.items() if seen[name] != value}


def _fields(essay: Essay) -> dict[str, str]:
    return {
        **essay.words, "body": "\n\n".join(essay.paragraphs), "html": "\n".join(f"<p>{escape(p, quote=False)}</p>" for p in essay.paragraphs),
        "rule": "=" * (2 * len(essay.title)), "quoted": essay.title.replace("'", "''"),
        "encoded": Header(essay.author, "utf-8").encode(), "subject": Header(essay.title, "utf-8", header_name="Subject").encode(),
    }  # fmt: skip


def _plain(name: str, form: str, essay: Essay) -> Stranger:
    iso = essay.date.isoformat()
    date = "" if name in _NO_DATE else iso[:4] if name in _NO_MONTH else iso[:7] if name in _NO_DAY else iso
    title = None if name in _NO_TITLE else essay.title.upper() if name == "manuscript.txt" else essay.title
    author = f"{essay.author}, Maud Okafor" if name in _TWO else essay.author
    return Stranger(name, form.format(**_fields(essay)), title, author, date)


def _journal(name: str, heading: str, before: str, texts: list[Essay]) -> Stranger:
    days = sorted({essay.date.replace(year=2019, month=3 + i // 9) for i, essay in enumerate(texts)})
    parts = [
        f"{heading.format(day=day)}\n\n" + "\n\n".join(essay.paragraphs[:3])
        for day, essay in zip(days, texts, strict=False)
    ]
    content = before.format(day=days[0]) + "\n\n".join(parts) + "\n"
    return Stranger(f"journal-{name}", content, entries=[day.isoformat() for day in days])


def _by_pandoc(folder: Path, texts: list[Essay]) -> Iterator[Stranger]:
    for i, (name, how) in enumerate(PANDOC):
        if name.endswith(".pdf") and not shutil.which("pdflatex"):
            continue
        essay = texts[(11 * i + 5) % len(texts)]
        authors = [essay.author, *(["Maud Okafor"] if "two" in how else [])]
        day = (
            f"{essay.date:%B} {essay.date.year}"
            if how == "month"
            else f"{essay.date.day} {essay.date:%B} {essay.date.year}"
        )
        head = [
            f"title: '{essay.title.replace(chr(39), chr(39) * 2)}'",
            "author:",
            *(f"- {a}" for a in authors),
            f"date: {day}",
        ]
        source = folder / f"{name}.source"
        source.write_text(
            "---\n" + "\n".join(head) + "\n---\n\n" + "\n\n".join(essay.paragraphs) + "\n", encoding="utf-8"
        )
        target = folder / name
        subprocess.run(
            ["pandoc", "--from=markdown-smart", "--standalone", source, "-o", target],
            check=True,
            capture_output=True,
        )
        source.unlink()
        if "no properties" in how:
            _without_properties(target)
        date = f"{essay.date:%Y-%m}" if how == "month" else essay.date.isoformat()
        yield Stranger(name, "", essay.title, ", ".join(authors), date, by="pandoc")


def _without_properties(package: Path) -> None:
    """Empty what the package says of itself, as programs do that remove personal information."""
    with zipfile.ZipFile(package) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for name in ("docProps/core.xml", "meta.xml"):
        if name in parts:
            parts[name] = re.sub(
                rb"<(dc:title|dc:creator|dcterms:created|dc:date|meta:initial-creator|meta:creation-date|cp:lastModifiedBy)\b[^>]*>.*?</\1>",
                b"", parts[name], flags=re.DOTALL,
            )  # fmt: skip
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)


def _by_office(folder: Path, texts: list[Essay]) -> Iterator[Stranger]:
    """Write letters as a person types them into a word processor: no style, no properties."""
    for i, (name, what) in enumerate(OFFICE):
        essay = texts[(13 * i + 9) % len(texts)]
        fields = _fields(essay)
        lines = ["Lisbon, {day} {month} {year}", "Dear Noor,", "{html}", "Yours ever,", "{author}"]
        page = "".join(
            line.format(**fields) if line == "{html}" else f"<p>{line.format(**fields)}</p>" for line in lines
        )
        source = folder / f"{name.partition('.')[0]}.html"
        source.write_text(
            f'<html><head><meta charset="utf-8"></head><body>{page}</body></html>', encoding="utf-8"
        )
        subprocess.run(
            ["soffice", f"-env:UserInstallation=file://{folder.resolve()}/.profile", "--headless", "--infilter=HTML (StarWriter)",
             "--convert-to", f"{name.rpartition('.')[2]}:{what}", "--outdir", folder, source], check=True, capture_output=True,
        )  # fmt: skip
        source.unlink()
        yield Stranger(name, "", None, essay.author, essay.date.isoformat(), by="LibreOffice")
