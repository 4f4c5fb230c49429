"""The report: everything that was found as one page, to read, to mail and to print.

One HTML file with all charts, live; every quote has its place. It carries what
draws it and asks nobody for anything: a policy inside forbids it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import altair as alt
import pandas as pd

from themekit import pages, privacy
from themekit.charts import lettering, style
from themekit.drawings import drawings
from themekit.figures import Theme, replace_file, theme_name
from themekit.portrait import ROLES, Portrait
from themekit.readers.document import count
from themekit.wording import visible

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Sequence

    from themekit.agreement import Stability
    from themekit.charts.lettering import Texts
    from themekit.result import Result

__all__ = ["LARGEST", "report"]

LARGEST = 5_000_000
"""Bytes: what goes through a mail server."""
_SPARE = 20_000  # for what is not counted while charts are drawn
_OF_ALL = ("fingerprint", "kinship", "pair")
_OF_TOPICS = ("topic-overview", "topic-map", "topics-over-time", "topic-hierarchy")
# Of each author, and of those with a meta-theme besides; where it gets too much for a file, the last are left out.
_OF_EACH = ("thread", "certainty")
_OF_FOUND = ("forms", "orbit", "reading-page", "portrait")
_SHEETS = frozenset({"reading-page", "portrait"})
_A_FIGURE = 300  # bytes of page
_N_CANDIDATES = 20
_HEIGHT, _AROUND = 420, 130  # of a chart that does not say; what title, axes and legend take
_TALL = 600  # two shorter ones go on a page
_N_LINES = 400  # of a table
_LEVELS: tuple[Texts, ...] = ("full", "snippet", "none")


def report(
    result: Result,
    path: str | os.PathLike[str],
    *,
    texts: Texts = "full",
    theme: Theme = "auto",
    stability: Stability | None = None,
) -> Path:
    """Write everything that was found into one HTML file that opens anywhere.

    Answers: how do I show this to somebody who has nothing installed?

    Parameters
    ----------
    result : Result
        From :func:`themekit.mine` or :func:`themekit.load`.
    path : str or path
        The file, such as ``report.html``. Folders are made; a file that is
        there is replaced.
    texts : {"full", "snippet", "none"}, default "full"
        How much of what the authors wrote goes into the file: the quotes and
        each passage, to be read by a click on its point; the first 140
        characters of each; or only where they stand.
    theme : {"auto", "light", "dark"}, default "auto"
        ``auto`` is light or dark as the reader's screen is. It prints on white.
    stability : Stability, optional
        From :func:`themekit.stability`: each author it looked at gets a line on
        what stays, below how sure the finding is.

    Returns
    -------
    pathlib.Path
        The file, of at most 5 MB. Where there is more, passages are shortened
        first, then charts of single authors left out; the report says so.

    Raises
    ------
    ValueError
        If ``texts`` or ``theme`` is none of the above.

    See Also
    --------
    themekit.save_figure : A single chart.

    Examples
    --------
    >>> import tempfile, themekit
    >>> corpus = themekit.Corpus.from_texts(["We mended the gate again."], author="Ann")
    >>> result = themekit.mine(corpus, encoder="static", concepts=["repair", "play"])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     report(result, f"{folder}/report.html").name
    'report.html'
    """
    lettering.check(texts, chart="report")
    look = theme_name(theme)
    with alt.theme.enable(look):
        content = _Book(result, texts, theme, stability).page().encode("utf-8", "backslashreplace")
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, content)
    return path


@dataclass
class _Book:
    """What goes into a report: its charts and passages as data, and the words around them."""

    result: Result
    texts: Texts
    theme: str
    stability: Stability | None = None
    charts: dict[str, dict[str, Any]] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)
    style: dict[str, Any] = field(default_factory=dict)
    room: int = field(default_factory=lambda: LARGEST - _SPARE)
    shown: Texts = "none"

    def page(self) -> str:
        """Return the whole page."""
        people = [
            Portrait.of(self.result, author, self.stays(author)) for author in self.result.authors["author"]
        ]
        script = pages.player("report.js")
        look = pages.fonts(pages.ALL_FACES) + files("themekit").joinpath("data", "report.css").read_text(
            "utf-8"
        )
        self.room -= len(script) + len(look) + len(self._main(people).encode())
        self._draw(people, _OF_EACH)
        passages = self._passages()
        self._draw(
            [person for person in people if person.verdict == "found"] or _ranked(people)[:1], _OF_FOUND
        )
        book = {"charts": self.charts, **self.style, **passages}
        return _PAGE.format(
            policy=pages.policy(script), title=escape(visible(_title(people))), look=look, theme=self.theme,
            contents=_contents(people), main=self._main(people), book=pages.script_json(book), script=script,
        )  # fmt: skip

    def _main(self, people: Sequence[Portrait]) -> str:
        parts = [
            _masthead(self, people),
            _findings(self, people),
            *(_author(self, person) for person in people),
        ]
        return "".join([*parts, _topics(self), _reading(self), _method(self, people)])

    def _draw(self, people: Sequence[Portrait], names: Sequence[str]) -> None:
        """Draw the charts of all together, if that was not done, and some of each, as long as there is room."""
        if not self.charts:
            for name, chart in drawings(self.result):
                self._keep(name, name, chart)
        for name in names:
            for person in people:
                for _, chart in drawings(self.result, person.author, only={name}, texts=self.texts):
                    self._keep(f"{name} {self.number(person)}", name, chart)

    def _keep(self, key: str, name: str, chart: alt.TopLevelMixin) -> None:
        spec = chart.to_dict(validate=False, format="vega-lite")  # our own; to check them takes half the time
        privacy.check(spec, self.texts if self.texts == "full" else "snippet")
        self.style = self.style or {part: spec.get(part, {}) for part in ("config", "usermeta")}
        slim = _packed(
            {part: value for part, value in spec.items() if part not in {"config", "usermeta", "$schema"}}
        )
        size = len(pages.script_json(slim)) + _A_FIGURE + len(slim.get("description", ""))
        if size > self.room:
            self.left_out[name] = self.left_out.get(name, 0) + 1
            return
        self.room -= size
        self.charts[key] = slim

    def stays(self, author: str) -> Stability | None:
        """Return what was looked at of this author's stability."""
        return self.stability if self.stability is not None and author in self.stability else None

    def number(self, person: Portrait) -> int:
        """Return an author's number, from 1."""
        return 1 + int((self.result.authors["author"] == person.author).to_numpy().argmax())

    def figure(self, key: str, kind: str = "") -> str:
        """Return the place of a chart on the page, or nothing where it is not drawn."""
        if key not in self.charts:
            return ""
        height = self.charts[key].get("height")
        room = round(height if isinstance(height, int | float) else _HEIGHT) + _AROUND
        kind = kind or ("tall" if room > _TALL else "short")
        return (
            f'<figure class="chart {kind}"><div data-chart="{escape(key)}" style="min-height:{room}px"></div>'
            f"<noscript>{_text(self.charts[key].get('description', ''))}</noscript></figure>"
        )

    def excerpt(self, text: object) -> str:
        """Return as much of a text as was asked for."""
        return lettering.excerpt(visible(text), self.texts)

    def _passages(self) -> dict[str, Any]:
        """Return what a click on a point opens: documents, and passages in their order."""
        result = self.result
        documents = result.documents.reset_index(drop=True)
        number = dict(zip(documents["document_id"], documents.index, strict=True))
        labels = result.topics.set_index("topic_id")["label"]
        authors = sorted(set(result.passages["author"]))
        topics = dict(zip(labels.index, range(len(labels)), strict=True))
        topic = result.assignments.set_index("passage_id")["topic_id"].map(topics)
        rows = result.passages.sort_values(["document_id", "position"], kind="stable")
        found: dict[str, Any] = {
            "documents": [
                {"title": visible(d.title), "date": "" if pd.isna(d.date) else visible(d.date), "place": _source(d)}
                for d in documents.itertuples(index=False)
            ],
            "topics": [visible(label) for label in labels],
            "authors": [visible(author) for author in authors],
        }  # fmt: skip
        levels = _LEVELS[_LEVELS.index(self.texts) :]
        for level in levels:
            found["passages"] = [
                (p.passage_id, number[p.document_id], authors.index(p.author), int(p.start), int(p.end), int(topic[p.passage_id]),
                 None if level == "none" else lettering.excerpt(visible(p.text), level))
                for p in rows.itertuples(index=False)
            ]  # fmt: skip
            size, self.shown = len(pages.script_json(found)), level
            if size <= self.room:
                break
        self.room -= size
        return found


def _packed(part: Any) -> Any:  # noqa: ANN401 - any part of a specification
    """Return a specification in which a table names its columns once, not in every row: half as large."""
    if isinstance(part, list):
        columns = list(part[0]) if part and isinstance(part[0], dict) else []
        if columns and all(isinstance(row, dict) and row.keys() == part[0].keys() for row in part):
            return {
                "columns": columns,
                "rows": [[_packed(row[column]) for column in columns] for row in part],
            }
        return [_packed(item) for item in part]
    return {key: _packed(value) for key, value in part.items()} if isinstance(part, dict) else part


def _text(text: object) -> str:
    """Return a text as text, whatever it says and whichever way it runs."""
    return f"<bdi>{escape(visible(text))}</bdi>"


def _source(row: Any) -> str:  # noqa: ANN401 - a row of documents or of quotes
    entry = getattr(row, "entry", None)
    return visible(f"{row.source} ({entry})" if isinstance(entry, str) and entry else row.source)


def _title(people: Sequence[Portrait]) -> str:
    """State the finding."""
    if len(people) == 1:
        (one,) = people
        return (
            f"{one.author} comes back to {one.leading}"
            if one.verdict == "found"
            else f"{one.author}: {one.headline}"
        )
    n_found = sum(person.verdict == "found" for person in people)
    return f"{n_found or 'None'} of {len(people):,} authors {'has' if n_found in {0, 1} else 'have'} a meta-theme"


def _anchor(person: Portrait, people: Sequence[Portrait]) -> str:
    return f"author-{people.index(person) + 1}"


_VERDICTS = ("found", "none", "insufficient")


def _ranked(people: Sequence[Portrait]) -> list[Portrait]:
    """Return those with a meta-theme first, the strongest first."""
    return sorted(
        people,
        key=lambda p: (_VERDICTS.index(p.verdict), -_number(p.themes["effect"].iloc[0], 0.0), p.author),
    )


def _number(value: Any, otherwise: float) -> float:  # noqa: ANN401 - a cell of a table
    return otherwise if pd.isna(value) else float(value)


def _contents(people: Sequence[Portrait]) -> str:
    names = "".join(
        f'<li class="{person.verdict}"><a href="#{_anchor(person, people)}">{_text(person.author)}'
        f"<span>{escape(person.leading) if person.verdict == 'found' else ''}</span></a></li>"
        for person in people
    )
    return (
        '<ol><li><a href="#findings">What was found</a></li>'
        f'<li><a href="#{_anchor(people[0], people)}">The author{"s" if len(people) > 1 else ""}</a><ol>{names}</ol></li>'
        '<li><a href="#topics">What it is about</a></li><li><a href="#reading">What was read</a></li>'
        '<li><a href="#method">How it was found</a></li></ol>'
    )


def _masthead(book: _Book, people: Sequence[Portrait]) -> str:
    result = book.result
    years = pd.to_numeric(result.documents["date"].astype("string").str[:4], errors="coerce").dropna()
    first, last = (f"{years.min():.0f}", f"{years.max():.0f}") if len(years) else ("", "")
    facts = [
        (f"{len(people):,}", "author" if len(people) == 1 else "authors"),
        (f"{len(result.documents):,}", "document" if len(result.documents) == 1 else "documents"),
        (f"{int(result.authors['n_words'].sum()):,}", "words"),
        (f"{result.assignments['topic_id'].nunique():,}", "topics"),
        (first if first == last else f"{first} to {last}", "year" if first == last else "years"),
    ]
    return (
        f'<header id="top"><p class="kicker">Meta-themes</p><h1>{_text(_title(people))}</h1>'
        '<p class="lede">A meta-theme is one way of seeing that comes back whatever its author writes about: across '
        "subjects, over the years, and more than in other people’s writing. It is what stays when the subject is taken "
        'away.</p><dl class="facts">'
        + "".join(
            f"<div><dt>{escape(what)}</dt><dd>{escape(number)}</dd></div>" for number, what in facts if number
        )
        + "</dl></header>"
    )


def _findings(book: _Book, people: Sequence[Portrait]) -> str:
    ends = [
        _number(person.themes[end].iloc[0], 0.0)
        for person in people if person.verdict != "insufficient" for end in ("low", "high")
    ]  # fmt: skip
    scale = (min([0.0, *ends]), max([1.0, *ends]))
    rows = "".join(_finding(person, people, scale) for person in _ranked(people))
    return (
        '<section id="findings"><h2>What was found</h2><table class="findings"><thead><tr><th>author</th>'
        '<th>meta-theme</th><th class="wide">effect, with its 95 % interval</th><th>shows in</th><th>q</th></tr></thead>'
        f"<tbody>{rows}</tbody></table>"
        '<p class="note">The effect says how much more of the theme there is than in comparable documents by others, in '
        "standard deviations of such a document; the line is its interval, the tick is zero. q is the share of false "
        "findings to expect among authors as sure as this one.</p>"
        + "".join(map(book.figure, _OF_ALL))
        + "</section>"
    )


def _finding(person: Portrait, people: Sequence[Portrait], scale: tuple[float, float]) -> str:
    first = person.themes.iloc[0]
    what = {
        "found": f"<b>{escape(person.leading)}</b>",
        "none": f"none <small>({escape(person.leading)} leads)</small>",
        "insufficient": "too little to tell",
    }[person.verdict]
    is_told = person.verdict != "insufficient" and not pd.isna(first["effect"])
    shows = (
        ""
        if pd.isna(first["effect"])
        else f"{round(first['document_share'] * person.n_documents)} of {person.n_documents}"
    )
    q_value = "" if pd.isna(person.q_value) else f"{person.q_value:.2g}"
    return (
        f'<tr class="{person.verdict}"><th><a href="#{_anchor(person, people)}">{_text(person.author)}</a></th>'
        f"<td>{what}</td><td>{_strip(first, scale) if is_told else ''}</td><td>{shows}</td><td>{q_value}</td></tr>"
    )


def _strip(first: pd.Series[Any], scale: tuple[float, float]) -> str:
    """Return an interval, drawn in a line of text."""
    left, right = scale

    def at(value: float) -> float:
        return round(100 * (value - left) / (right - left), 2)

    low, high = _number(first["low"], first["effect"]), _number(first["high"], first["effect"])
    return (
        f'<span class="strip"><u style="left:{at(0)}%"></u><i style="left:{at(low)}%;width:{round(at(high) - at(low), 2)}%">'
        f'</i><b style="left:{at(first["effect"])}%"></b></span><span class="figure">{_cell(first["effect"])}'
        f"<small>{_cell(low)} to {_cell(high)}</small></span>"
    )


def _author(book: _Book, person: Portrait) -> str:
    people = book.result.authors["author"].tolist()
    name = _text(person.author)
    first = '<section id="authors">' if person.author == people[0] else ""
    last = "</section>" if person.author == people[-1] else ""
    finding = (
        f'<p class="theme">{escape(person.leading)}</p><p class="gloss">{escape(person.gloss)}</p>'
        if person.verdict == "found"
        else f'<p class="theme none">{escape(person.headline)}</p>'
        f'<p class="gloss">What ranks first is <b>{escape(person.leading)}</b>: {escape(person.gloss)}</p>'
    )
    charts = "".join(
        book.figure(f"{one} {book.number(person)}") for one in (*_OF_EACH, *_OF_FOUND) if one not in _SHEETS
    )
    sheets = "".join(
        book.figure(f"{one} {book.number(person)}", "sheet") for one in _OF_FOUND if one in _SHEETS
    )
    return (
        f'{first}<article id="author-{book.number(person)}" class="{person.verdict}"><header><h2>{name}</h2>'
        f'{finding}</header><p>{escape(person.where)}</p><p class="sure">{escape(_sentence(person.how_sure))}</p>'
        f"{_stays(person)}{_quotes(book, person)}{_elsewhere(book, person)}{charts}{sheets}{_candidates(person)}</article>{last}"
    )


def _stays(person: Portrait) -> str:
    return f'<p class="sure">{_text(person.stability)}</p>' if person.stability else ""


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _quotes(book: _Book, person: Portrait) -> str:
    labels = book.result.topics.set_index("topic_id")["label"]
    return "".join(
        f"<blockquote>{_quoted(book, quote)}<footer>{_place(quote, labels)}</footer></blockquote>"
        for quote in person.quotes[person.quotes["role"] == "for"].itertuples(index=False)
    )


def _quoted(book: _Book, quote: Any) -> str:  # noqa: ANN401 - a row of the quotes frame
    text = book.excerpt(quote.quote)
    return f"<p>{_text(text)}</p>" if text else ""


def _place(quote: Any, labels: pd.Series[str]) -> str:  # noqa: ANN401 - a row of the quotes frame
    date = "" if pd.isna(quote.date) else f", {visible(quote.date)}"
    topic = visible(labels.get(quote.topic_id, ""))
    return (
        f"<cite>{_text(quote.title)}</cite>{escape(date)}{f' · on {_text(topic)}' if topic else ''}"
        f'<span class="place">{_text(_source(quote))}, characters {quote.start:,} to {quote.end:,}</span>'
    )


def _elsewhere(book: _Book, person: Portrait) -> str:
    labels = book.result.topics.set_index("topic_id")["label"]
    rows = "".join(
        f"<li><b>{escape(_sentence(ROLES[quote.role]))}</b>{_quoted(book, quote)}<footer>{_place(quote, labels)}</footer></li>"
        for quote in person.quotes[person.quotes["role"] != "for"].itertuples(index=False)
    )
    return f'<section class="elsewhere"><h3>Where it is not</h3><ul>{rows}</ul></section>' if rows else ""


def _candidates(person: Portrait) -> str:
    """Return the candidates as a table, folded away."""
    rows = "".join(
        f"<tr><td>{row.rank}</td><th>{escape(row.concept)}</th><td>{_cell(row.effect)}</td>"
        f"<td>{_cell(row.low)} to {_cell(row.high)}</td><td>{_cell(row.p_value, '.2g')}</td>"
        f"<td>{_cell(row.document_share, '.0%')}</td></tr>"
        for row in person.themes.head(_N_CANDIDATES).itertuples(index=False)
    )
    n = len(person.themes)
    which = f"All {n}" if n <= _N_CANDIDATES else f"The first {_N_CANDIDATES} of {n}"
    return (
        f"<details><summary>{which} candidates</summary><table><thead><tr><th>rank</th><th>concept</th>"
        f"<th>effect</th><th>95 % interval</th><th>p</th><th>shows in</th></tr></thead><tbody>{rows}</tbody></table></details>"
    )


def _cell(value: Any, form: str = ".2f") -> str:  # noqa: ANN401 - a cell of a table
    return "" if pd.isna(value) else format(value, form).replace("-", "\u2212")


def _topics(book: _Book) -> str:
    rows = book.result.topics.sort_values(["n_passages", "topic_id"], ascending=[False, True]).head(_N_LINES)
    table = "".join(
        f"<tr><th>{_text(row.label)}</th><td>{_text(row.keywords if isinstance(row.keywords, str) else ', '.join(row.keywords))}</td>"
        f"<td>{row.n_passages:,}</td></tr>"
        for row in rows.itertuples(index=False)
    )
    return (
        '<section id="topics"><h2>What it is about</h2><p>A topic is what passages are about. Each passage is compared with '
        "other people’s on the same topic, so that a theme is not mistaken for a subject."
        f"{' Click a point of the map to read the passage.' if book.shown != 'none' else ''}</p>"
        + "".join(map(book.figure, _OF_TOPICS))
        + f"<details><summary>All {count(len(book.result.topics), 'topic')}</summary><table><thead><tr><th>topic</th>"
        f"<th>words</th><th>passages</th></tr></thead><tbody>{table}</tbody></table></details></section>"
    )


def _reading(book: _Book) -> str:
    account = book.result.account
    told = account[account["action"] != "kept"]
    lines = "".join(
        f"<tr><td>{escape(visible(line.action))}</td><td>{_text(_source(line))}</td><td>{_text(line.detail)}</td></tr>"
        for line in told.head(_N_LINES).itertuples(index=False)
    )
    more = f"<p>And {len(told) - _N_LINES:,} more lines.</p>" if len(told) > _N_LINES else ""
    dropped = (
        "<table><thead><tr><th>what</th><th>where</th><th>why</th></tr></thead>"
        f"<tbody>{lines}</tbody></table>{more}"
        if lines
        else "<p>Nothing: every file was read whole.</p>"
    )
    return (
        '<section id="reading"><h2>What was read</h2>'
        f"{book.figure('corpus-overview')}<h3>What was dropped, guessed or left out</h3>{dropped}{_documents(book)}</section>"
    )


def _documents(book: _Book) -> str:
    rows = book.result.documents.head(_N_LINES)
    lines = "".join(
        f"<tr><th>{_text(d.title)}</th><td>{'(several)' if pd.isna(d.author) else _text(d.author)}</td>"
        f"<td>{'' if pd.isna(d.date) else _text(d.date)}</td><td>{_text(d.kind)}</td><td>{_text(_source(d))}</td></tr>"
        for d in rows.itertuples(index=False)
    )
    n = len(book.result.documents)
    more = f"<p>And {n - _N_LINES:,} more.</p>" if n > _N_LINES else ""
    return (
        f"<details><summary>All {count(n, 'document')}</summary><table><thead><tr><th>title</th><th>author</th><th>date</th>"
        f"<th>kind</th><th>file</th></tr></thead><tbody>{lines}</tbody></table>{more}</details>"
    )


_STEPS = (
    "Documents are split into passages of about three sentences, which never cross from one speaker to the next.",
    "Each passage becomes a vector, by the encoder {encoder}, and passages with like vectors form a topic.",
    (
        "{n_concepts}, such as compression, repair or chance, are candidates. Each is known by sentences that show it in "
        "twelve walks of life; what belongs to the walk of life is taken out."
    ),
    "A passage’s score is how near it is to the concept once its topic, as other people write about it, is taken out.",
    "A document’s score is the mean of its highest third: a theme shows in a part of the passages.",
    (
        "An author’s effect compares these documents with those of {against}. Documents, not passages, are shuffled for "
        "the test and drawn again for the interval. p allows for the number of candidates, q for the number of authors."
    ),
    (
        "A meta-theme is found where q is small and the theme is broad. Otherwise the answer is that there is none, or "
        "that there is too little to tell, and what is missing."
    ),
)


def _method(book: _Book, people: Sequence[Portrait]) -> str:
    settings = book.result.settings
    background = settings["background"]
    against = (
        "the other authors"
        if len(people) > 1
        else f"the background {background['name']}"
        if background["name"]
        else "nobody"
    )
    n_concepts = count(settings["catalogue"]["n_concepts"], "concept")
    steps = [
        step.format(encoder=settings["encoder"], n_concepts=n_concepts, against=against) for step in _STEPS
    ]
    facts = {
        "version": settings["version"], "encoder": settings["encoder"], "seed": settings["seed"],
        "shuffles": f"{settings.get('n_permutations', 0):,}", "background": background["name"] or "none",
        "catalogue": settings["catalogue"]["sha256"][:16], "corpus": str(settings.get("corpus") or "")[:16],
    }  # fmt: skip
    return (
        '<section id="method"><h2>How it was found</h2><ol class="steps">'
        + "".join(f"<li>{escape(step)}</li>" for step in steps)
        + "</ol><p>A score says that a passage is near to a way of seeing, as a model of language measures it; the quotes are "
        "there so that you can judge for yourself. Distances on the map of passages are not evidence.</p>"
        + "".join(f"<p>{escape(line)}</p>" for line in _left_out(book))
        + '<dl class="settings">'
        + "".join(
            f"<div><dt>{escape(key)}</dt><dd>{escape(visible(value))}</dd></div>"
            for key, value in facts.items()
        )
        + "</dl></section>"
    )


def _left_out(book: _Book) -> Iterator[str]:
    """Say what this page has not, because it would be too large to mail."""
    if book.left_out:
        some = style.listing(
            [count(n, f"chart {name}", f"charts {name}") for name, n in book.left_out.items()]
        )
        yield f"Left out, so that this file can be mailed: {some}. The command themekit figures draws them."
    if book.shown != book.texts:
        what = "the beginnings of passages" if book.shown == "snippet" else "no passages besides the quotes"
        yield f"So that this file can be mailed, it holds {what}."


_PAGE = """<!DOCTYPE html>
<html lang="en" data-theme="{theme}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{look}</style>
</head>
<body>
<nav aria-label="Contents">{contents}</nav>
<main>{main}</main>
<aside id="reader" role="dialog" aria-label="Passage" aria-live="polite" hidden>
<button class="close" aria-label="Close">×</button>
<p class="title"></p><p class="who"></p><p class="text"></p><p class="topic"></p><p class="place"></p>
<p class="turn"><button class="before">earlier</button><button class="after">later</button></p>
</aside>
<script type="application/json" id="book">{book}</script>
<script>{script}</script>
</body>
</html>
"""
