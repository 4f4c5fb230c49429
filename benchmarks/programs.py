"""Programs that write a page of :mod:`layouts` to a file, as far as they are here."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from layouts import as_html, as_markdown, as_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from layouts import Page


@dataclass(frozen=True)
class Program:
    """What writes pages: its name, what it writes, and how; ``write`` gets the page and the file to be."""

    name: str
    suffix: str
    write: Callable[[Page, Path], None]
    needs: str | None = None
    module: str | None = None

    @property
    def is_here(self) -> bool:
        """Whether the program or the library is installed."""
        return (self.needs is None or shutil.which(self.needs) is not None) and (
            self.module is None or importlib.util.find_spec(self.module) is not None
        )


def programs() -> Iterator[Program]:
    """Yield the programs that are here."""
    yield from (program for program in _ALL if program.is_here)


def _by(source: Callable[[Page], str], suffix: str, *command: str) -> Callable[[Page, Path], None]:
    """Return a way to write: the source goes to a file beside, a command (``{in}``, ``{out}``, ``{dir}``) does the rest."""

    def write(page: Page, target: Path) -> None:
        beside = target.parent.parent / "sources" / target.parent.name
        beside.mkdir(parents=True, exist_ok=True)
        place = beside / f"{target.stem}.{suffix}"
        place.write_text(source(page), encoding="utf-8")
        places = {
            "in": str(place),
            "out": str(target),
            "dir": str(target.parent),
            "profile": str(beside.parent / "profile"),
        }
        subprocess.run([part.format(**places) for part in command], check=True, capture_output=True)

    return write


def _office(
    what: str, source: Callable[[Page], str] = as_html, suffix: str = "html"
) -> Callable[[Page, Path], None]:
    return _by(source, suffix, "soffice", "-env:UserInstallation=file://{profile}", "--headless", "--infilter=HTML (StarWriter)",
               "--convert-to", what, "--outdir", "{dir}", "{in}")  # fmt: skip


def _as_it_is(source: Callable[[Page], str]) -> Callable[[Page, Path], None]:
    def write(page: Page, target: Path) -> None:
        target.write_text(source(page), encoding="utf-8")

    return write


def _as_groff(page: Page) -> str:
    """Write a page for groff's ms macros."""
    marks = {
        "title": ".SH\n",
        "subtitle": ".SH\n",
        "bold": ".LP\n.B\n",
        "quote": ".QP\n",
        "line": ".LP\n",
        "body": ".PP\n",
    }
    # A line may not begin with a stop or an apostrophe.
    return "\n".join(
        marks[kind] + "\\&" + words.replace("\\", "\\e") + ("\n.R" if kind == "bold" else "")
        for kind, words in page.paragraphs
    )


def _as_rst(page: Page) -> str:
    lines = []
    for kind, words in page.paragraphs:
        under = {"title": "=", "subtitle": "-"}.get(kind)
        safe = words.replace("*", "\\*").replace("`", "\\`").replace("|", "\\|")
        safe = safe if safe[:1].isalnum() and safe[1:2] not in {".", ")"} else f"\\{safe}"
        lines.append(
            f"{words}\n{under * (2 * len(words))}"
            if under
            else f"    {safe}"
            if kind == "quote"
            else f"**{words}**"
            if kind == "bold"
            else safe
        )
    return "\n\n".join(lines) + "\n"


def _as_org(page: Page) -> str:
    forms = {"title": "* {}", "subtitle": "** {}", "bold": "*{}*", "quote": "#+BEGIN_QUOTE\n{}\n#+END_QUOTE"}
    return "\n\n".join(forms.get(kind, "{}").format(words) for kind, words in page.paragraphs) + "\n"


def _python_docx(page: Page, target: Path) -> None:
    import docx

    made = docx.Document()
    styles = {"title": "Title", "subtitle": "Subtitle", "quote": "Quote"}
    for kind, words in page.paragraphs:
        paragraph = made.add_paragraph(style=styles.get(kind))
        paragraph.add_run(words).bold = kind == "bold"
    made.save(str(target))


def _python_docx_plain(page: Page, target: Path) -> None:
    """Write as people do who know no styles: large or bold type for the title, an indent for a quotation."""
    import docx
    from docx.shared import Cm, Pt

    made = docx.Document()
    for kind, words in page.paragraphs:
        paragraph = made.add_paragraph()
        run = paragraph.add_run(words)
        run.bold = kind in {"title", "bold"}
        if kind == "title":
            run.font.size = Pt(18)
        if kind == "quote":
            paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = Cm(1.5)
    made.save(str(target))


def _reportlab(page: Page, target: Path) -> None:
    from html import escape

    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import Paragraph, SimpleDocTemplate

    styles = getSampleStyleSheet()
    names = {"title": "Title", "subtitle": "Heading2", "quote": "Italic"}
    flow = [
        Paragraph(
            f"<b>{escape(words)}</b>" if kind == "bold" else escape(words),
            styles[names.get(kind, "BodyText")],
        )
        for kind, words in page.paragraphs
    ]
    SimpleDocTemplate(str(target)).build(flow)


def _fpdf(page: Page, target: Path) -> None:
    from fpdf import FPDF

    made = FPDF()
    made.add_page()
    for kind, words in page.paragraphs:
        made.set_font(
            "Times", "B" if kind in {"title", "bold"} else "", {"title": 20, "subtitle": 15}.get(kind, 12)
        )
        made.multi_cell(0, 7, words.encode("latin-1").decode("latin-1"), new_x="LMARGIN", new_y="NEXT")
        made.ln(3)
    made.output(str(target))


def _ebooklib(page: Page, target: Path) -> None:
    from ebooklib import epub

    book = epub.EpubBook()
    book.set_identifier("x")
    book.set_title(page.gold.title)
    book.set_language("en")
    chapter = epub.EpubHtml(title=page.gold.title, file_name="text.xhtml", lang="en")
    chapter.content = as_html(page)
    book.add_item(chapter)
    book.toc = (chapter,)
    book.add_item(epub.EpubNcx())
    book.add_item(epub.EpubNav())
    book.spine = ["nav", chapter]
    epub.write_epub(str(target), book)


_ALL = (
    Program("by hand", "txt", _as_it_is(as_text)),
    Program("by hand", "md", _as_it_is(as_markdown)),
    Program("by hand", "rst", _as_it_is(_as_rst)),
    Program("by hand", "org", _as_it_is(_as_org)),
    Program("by hand", "html", _as_it_is(as_html)),
    *(
        Program("pandoc", suffix, _by(as_markdown, "md", "pandoc", "--from=markdown-smart", "--standalone", "--metadata=title:", "{in}", "--output={out}"), "pandoc")
        for suffix in ("docx", "odt", "rtf", "epub", "html", "rst", "org")
    ),
    *(Program("LibreOffice", suffix, _office(what), "soffice") for suffix, what in
      (("odt", "odt:writer8"), ("docx", "docx:MS Word 2007 XML"), ("rtf", "rtf:Rich Text Format"), ("pdf", "pdf:writer_pdf_Export"),
       ("epub", "epub:EPUB"), ("fodt", "fodt:OpenDocument Text Flat XML"))),
    *(Program("AbiWord", suffix, _by(as_html, "html", "abiword", f"--to={suffix}", "--to-name={out}", "{in}"), "abiword")
      for suffix in ("docx", "odt", "rtf", "pdf", "html")),
    Program("Chromium", "pdf", _by(as_html, "html", "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--print-to-pdf={out}", "{in}"), "chromium"),
    Program("WeasyPrint", "pdf", _by(as_html, "html", "weasyprint", "{in}", "{out}"), "weasyprint"),
    Program("groff", "pdf", _by(_as_groff, "ms", "sh", "-c", "groff -k -ms -Tps '{in}' | ps2pdf - '{out}'"), "groff"),
    Program("LaTeX", "pdf", _by(as_markdown, "md", "pandoc", "--from=markdown-smart", "--pdf-engine=pdflatex", "{in}", "--output={out}"), "pdflatex"),
    Program("htmldoc", "pdf", _by(as_html, "html", "htmldoc", "--webpage", "--charset", "utf-8", "-f", "{out}", "{in}"), "htmldoc"),
    Program("ReportLab", "pdf", _reportlab, module="reportlab"),
    Program("fpdf2", "pdf", _fpdf, module="fpdf"),
    Program("python-docx, styles", "docx", _python_docx, module="docx"),
    Program("python-docx, no styles", "docx", _python_docx_plain, module="docx"),
    Program("EbookLib", "epub", _ebooklib, module="ebooklib"),
    Program("calibre", "epub", _by(as_html, "html", "ebook-convert", "{in}", "{out}"), "ebook-convert"),
    Program("docutils", "html", _by(_as_rst, "rst", "rst2html5", "{in}", "{out}"), "rst2html5"),
    Program("Emacs", "html", _by(_as_org, "org", "emacs", "--batch", "{in}", "--eval", '(progn (require \'ox-html) (org-export-to-file \'html "{out}"))'), "emacs"),
    Program("Emacs", "odt", _by(_as_org, "org", "emacs", "--batch", "{in}", "--eval", '(progn (require \'ox-odt) (rename-file (expand-file-name (org-odt-export-to-odt)) "{out}"))'), "emacs"),
)  # fmt: skip
