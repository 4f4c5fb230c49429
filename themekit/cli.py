"""The command line: ``themekit read | mine | report | figures | export | background build | notebook | notebooks``, the same functions as in Python.

Results on standard output or in files, progress and notes on standard error.
Exit code 0 whatever the verdicts, 1 where some input could not be read (the
rest is still done), 2 for wrong usage or nothing to read.
"""

from __future__ import annotations

import logging
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import themekit

if TYPE_CHECKING:
    from collections.abc import Callable

    from themekit.agreement import Stability
    from themekit.charts.lettering import Texts
    from themekit.corpus import Corpus
    from themekit.figures import Size, Theme
    from themekit.result import Result

logger = logging.getLogger(__name__)

_FORMATS = ("svg", "png", "pdf", "html")


def _reading(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that say what to read and whose it is."""
    for option in (
        click.option("--interviewers", is_flag=True, help="Count interviewers among the authors, too."),
        click.option(
            "--authors-from-folders", is_flag=True, help="The first folder under PATH names the author."
        ),
        click.option("--author", metavar="NAME", help="Whose all of it is."),
        click.argument("paths", nargs=-1, required=True, metavar="PATH..."),
    ):
        command = option(command)
    return command


def _mining(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of mining."""
    for option in (
        click.option("--scheduler", "client", metavar="ADDRESS", help="Have the workers of a Dask cluster do it."),
        click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of all that is drawn by lot."),
        click.option("--background", default="auto", show_default=True, metavar="auto|none|DIR", help="Who stands for other people."),
        click.option("--concepts", metavar="A,B,C|FILE", help="Candidates, by name or from a YAML or JSON file."),
        click.option("--encoder", default="minilm", show_default=True, metavar="minilm|static|NAME-OR-PATH",
                     help="What turns passages into vectors."),
    ):  # fmt: skip
        command = option(command)
    return _reading(command)


_stability = click.option(
    "--stability", "is_tried", is_flag=True,
    help="Mine again with other seeds, static vectors, other passage lengths and without a document, and say what stays; takes several times as long.",
)  # fmt: skip


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(themekit.__version__, prog_name="themekit")
@click.option("--quiet", is_flag=True, help="No notes on standard error.")
def app(*, quiet: bool) -> None:
    """Find an author's meta-theme: the one way of seeing that comes back whatever they write about."""
    logging.basicConfig(
        level=logging.ERROR if quiet else logging.INFO, format="%(message)s", stream=sys.stderr, force=True
    )
    for name in ("httpx", "urllib3", "sentence_transformers", "BERTopic", "transformers", "numba"):
        logging.getLogger(name).setLevel(logging.ERROR)


@app.command()
@_reading
def read(paths: tuple[str, ...], **options: Any) -> None:  # noqa: ANN401 - click's options
    """Show what was read, as a table, and problems by file."""
    corpus = themekit.read(*paths, **options)
    documents = corpus.documents
    click.echo(_table(
        documents.assign(words=documents["text"].str.split().str.len())[
            ["author", "title", "date", "kind", "words", "source"]
        ].fillna({"author": "(several)"}).fillna("")
    ))  # fmt: skip
    click.echo(corpus.summary())
    _leave(corpus)


@app.command()
@_mining
@click.option("--json", "json_file", type=click.Path(dir_okay=False, writable=True, allow_dash=True), metavar="FILE",
              help="Everything found, as JSON; - for standard output.")  # fmt: skip
@click.option("--out", type=click.Path(file_okay=False), metavar="DIR", help="All tables, for themekit.load.")
@_stability
def mine(json_file: str | None, out: str | None, *, is_tried: bool, **options: Any) -> None:  # noqa: ANN401 - click's options
    """Find the themes of every author; portraits on standard output."""
    corpus, result = _mine(**options)
    if json_file == "-":
        click.echo(result.to_json(), nl=False)
    elif json_file:
        from themekit.store import write_text  # noqa: PLC0415 - only where a file is written

        write_text(result.to_json(), Path(json_file))
    if out:
        result.save(out)
    if json_file != "-":
        stable = _try(result, options) if is_tried else None
        for author in result.authors["author"]:
            click.echo(f"{result.portrait(author, stability=stable)}\n")
        summary = result.summary()
        summary["effect"], summary["q_value"] = summary["effect"].map(_two), summary["q_value"].map(_two)
        summary["document_share"] = summary["document_share"].map("{:.0%}".format)
        click.echo(_table(summary))
    _leave(corpus)


@app.command()
@_mining
@click.option("--out", required=True, type=click.Path(dir_okay=False), metavar="FILE.html", help="The page.")
@click.option("--texts", type=click.Choice(["full", "snippet", "none"]), default="full", show_default=True,
              help="How much of what the authors wrote goes into it.")  # fmt: skip
@_stability
def report(out: str, texts: Texts, *, is_tried: bool, **options: Any) -> None:  # noqa: ANN401 - click's options
    """Write all that was found into one HTML file that opens anywhere."""
    corpus, result = _mine(**options)
    click.echo(result.report(out, texts=texts, stability=_try(result, options) if is_tried else None))
    _leave(corpus)


@app.command()
@_mining
@click.option(
    "--out", required=True, type=click.Path(file_okay=False), metavar="DIR", help="Where the figures go."
)
@click.option("--format", "formats", default="svg,png,html", show_default=True, metavar="svg,png,pdf,html")
@click.option(
    "--theme",
    type=click.Choice(["auto", "light", "dark"]),
    default="auto",
    show_default=True,
    help="For paper, or for a screen.",
)
@click.option(
    "--size",
    type=click.Choice(["screen", "column", "page", "slide"]),
    default="screen",
    show_default=True,
    help="Of pictures.",
)
@click.option("--charts", metavar="A,B,C", help="Only these, such as fingerprint,thread.  [default: all]")
@click.option("--of", "people", multiple=True, metavar="AUTHOR", help="Only of these authors; may be given again.  [default: all]")  # fmt: skip
def figures(
    out: str, formats: str, theme: Theme, size: Size, charts: str | None, people: tuple[str, ...], **options: Any,  # noqa: ANN401
) -> None:  # fmt: skip
    """Draw all charts: of all authors together, and of each."""
    wanted = _some(formats, _FORMATS, "format")
    only = None
    if charts:
        from themekit.drawings import CHARTS, OF_AUTHOR  # noqa: PLC0415 - altair is imported where something is drawn

        only = _some(charts, (*CHARTS, *OF_AUTHOR), "chart")
    corpus, result = _mine(**options)
    from themekit.figures import save_all  # noqa: PLC0415 - as above

    authors = _known(result, people)
    made_by = shlex.join(["themekit", *sys.argv[1:]])
    for path in save_all(
        result, out, formats=wanted, authors=authors, only=only, theme=theme, size=size, made_by=made_by
    ):
        click.echo(path)
    _leave(corpus)


@app.command()
@_mining
@click.option("--out", required=True, type=click.Path(), metavar="FILE|DIR",
              help="Its ending is the form: .qdpx or .qdc (REFI-QDA), .csv, .parquet, .bib; a folder for Markdown notes.")  # fmt: skip
@click.option(
    "--themes",
    default="leading",
    show_default=True,
    metavar="leading|all|A,B,C",
    help="Which of each author's.",
)
@click.option("--of", "people", multiple=True, metavar="AUTHOR", help="Only of these authors; may be given again.  [default: all]")  # fmt: skip
@click.option(
    "--judgements", type=click.Path(exists=True), metavar="FILE", help="What readers said of the quotes."
)
def export(
    out: str, themes: str, people: tuple[str, ...], judgements: str | None, **options: Any,  # noqa: ANN401
) -> None:  # fmt: skip
    """Write themes as codes and quotes as coded passages, for other programs."""
    from themekit import exchange  # noqa: PLC0415 - pandas is imported where it is used

    exchange.form(out)  # before the long work
    corpus, result = _mine(**options)
    wanted = themes if themes in {"leading", "all"} else [name.strip() for name in themes.split(",")]
    click.echo(exchange.write(result, out, author=people or None, themes=wanted, judgements=judgements))
    _leave(corpus)


@app.group()
def background() -> None:
    """Other people's texts to compare with, as vectors without words."""


@background.command("build")
@_reading
@click.option(
    "--out",
    required=True,
    type=click.Path(file_okay=False),
    metavar="DIR",
    help="Where it goes; give this to --background.",
)
@click.option(
    "--encoder",
    "names",
    multiple=True,
    default=("minilm",),
    show_default=True,
    metavar="minilm|static|NAME-OR-PATH",
    help="What turns passages into vectors; may be given again, for a background that serves several.",
)
@click.option("--name", help="What to call it.  [default: the name of DIR]")
@click.option("--register", default="own", show_default=True, help="The way of writing, in a word or two.")
@click.option(
    "--max-passages",
    type=click.IntRange(min=1),
    metavar="N",
    help="Of each contribution, evenly by place.  [default: all]",
)
def build_background(
    out: str, names: tuple[str, ...], name: str | None, register: str, max_passages: int | None, paths: tuple[str, ...],
    **options: Any,  # noqa: ANN401 - click's options
) -> None:  # fmt: skip
    """Make a background of comparable texts by other people."""
    from themekit import background as backgrounds  # noqa: PLC0415 - pandas is imported where it is used

    corpus = themekit.read(*paths, **options)
    logger.info("%s", corpus.summary())
    called = name or Path(out).resolve().name
    for encoder in map(themekit.find_encoder, names):
        built = backgrounds.build(corpus, encoder, name=called, register=register, max_passages=max_passages)
        built.save(out)
        click.echo(f"{built!r}, encoder {encoder.name}")
    click.echo(f"{out}: use it with  themekit mine PATH... {shlex.join(['--background', out])}")
    _leave(corpus)


@app.command()
@click.argument("name")
@click.option(
    "--param",
    "params",
    multiple=True,
    metavar="KEY=VALUE",
    help="A parameter of it; may be given again.  [default: as in the notebook]",
)
@click.option(
    "--out", type=click.Path(dir_okay=False), metavar="FILE.html", help="The page.  [default: NAME.html]"
)
def notebook(name: str, params: tuple[str, ...], out: str | None) -> None:
    """Run a notebook that ships with themekit, and write it as a page that opens with no network.

    NAME is its name or number, such as 02; see  themekit notebooks list. Paths count from the working folder.
    """
    from themekit import notebooks as shelf  # noqa: PLC0415 - only where one runs

    click.echo(shelf.run(name, out, shelf.given(name, params)))


@app.group()
def notebooks() -> None:
    """Notebooks that ship with themekit, to copy and to work in."""


@notebooks.command("list")
def list_notebooks() -> None:
    """Show their names, and what each can be told."""
    from themekit import notebooks as shelf  # noqa: PLC0415 - only where one is asked for

    for name in shelf.names():
        click.echo(f"{name}: {', '.join(f'{key}={value}' for key, value in shelf.parameters(name).items())}")


@notebooks.command("copy")
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False))
def copy_notebooks(folder: str) -> None:
    """Copy notebooks and shipped corpora into DIR; what is there already is left as it is."""
    from themekit import notebooks as shelf  # noqa: PLC0415 - only where they are copied

    for path in shelf.copy(folder):
        click.echo(path)


def _known(result: Result, people: tuple[str, ...]) -> list[str] | None:
    from themekit.result import UnknownAuthorError  # noqa: PLC0415 - pandas is imported where it is used

    try:
        return [result.portrait(name).author for name in people] or None
    except UnknownAuthorError as error:
        raise click.UsageError(str(error)) from error


def _some(asked: str, known: tuple[str, ...], what: str) -> tuple[str, ...]:
    wanted = tuple(name.strip().lower() for name in asked.split(",") if name.strip())
    if unknown := [name for name in wanted if name not in known]:
        raise click.UsageError(
            f"seen {what} {', '.join(unknown)}; expected some of {', '.join(known)}; separate them by commas"
        )
    return wanted


def _mine(
    paths: tuple[str, ...],
    author: str | None,
    *,
    authors_from_folders: bool,
    interviewers: bool,
    **options: Any,  # noqa: ANN401 - click's options
) -> tuple[Corpus, Result]:
    corpus = themekit.read(
        *paths, author=author, authors_from_folders=authors_from_folders, interviewers=interviewers
    )
    logger.info("%s", corpus.summary())
    return corpus, themekit.mine(corpus, **options)


def _try(result: Result, options: dict[str, Any]) -> Stability:
    """Mine again with something changed, with the concepts and the background that were asked for."""
    from themekit import concepts as catalogues  # noqa: PLC0415 - pandas is imported where it is used

    candidates = catalogues.choose(options["concepts"])
    return themekit.stability(result, concepts=candidates, background=options["background"])


def _leave(corpus: Corpus) -> None:
    if len(corpus.problems):
        sys.exit(1)


def _two(value: float) -> str:
    return "" if value != value else f"{value:.2g}"  # noqa: PLR0124 - not a number differs from itself


def _table(frame: Any) -> str:  # noqa: ANN401 - pandas is imported where it is used
    from themekit.wording import visible  # noqa: PLC0415 - only where something is shown

    columns = [[visible(cell)[:60] for cell in (name, *frame[name])] for name in frame.columns]
    widths = [max(map(len, column)) for column in columns]
    rows = zip(*columns, strict=True)
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def main() -> None:
    """Run the command; known errors end in one line and exit code 2, an interruption in 130."""
    known = (ValueError, OSError)
    try:
        app(standalone_mode=False)
    except click.exceptions.Abort:
        _stop("interrupted; what was embedded so far is kept, and the same command goes on from there", 130)
    except KeyboardInterrupt:
        _stop("interrupted; what was embedded so far is kept, and the same command goes on from there", 130)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except known as error:
        _stop(f"themekit: {error}", 2)


def _stop(message: str, code: int) -> None:
    click.echo(message, err=True)
    sys.exit(code)
