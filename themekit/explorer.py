"""Explorer: map, thread, quotes and document side by side, in JupyterLab, where one selection moves all of them.

A click, a drag over the map or a choice among the quotes says which passages are meant; whatever says it, the
others follow. What is picked is a table, and a table of passages can become a concept of one's own.
"""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Any

import altair as alt
import anywidget
import ipywidgets
import narwhals as nw
import pandas as pd
import traitlets

from themekit import charts
from themekit.charts.picking import PICK, pickable
from themekit.concepts import Concept, ConceptError
from themekit.wording import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from narwhals.typing import IntoDataFrame

    from themekit.result import Result

__all__ = ["Explorer", "concept_from", "explore"]

_BRUSH, _SHOWN = "brush", "shown"
_HEIGHT = "380px"
_RING = "#d1495b"
_MAP, _THREAD = 430, 300


def explore(result: Result, author: str | None = None) -> Explorer:
    """Look around in a result: map, thread, quotes and document side by side.

    Answers: where does this passage stand, and what else is like it?

    Parameters
    ----------
    result : Result
    author : str, optional
        Whose thread and quotes to begin with. Default: the clearest author's.

    Returns
    -------
    Explorer
        A widget to show in JupyterLab; it needs no network. Its ``picked`` is the table of what is picked.

    See Also
    --------
    themekit.explorer.concept_from : From picked passages to a concept of one's own.

    Examples
    --------
    >>> import themekit
    >>> result = themekit.mine(themekit.Corpus.from_texts(["We mended the gate again."], author="Ann"), encoder="static")
    >>> view = explore(result)
    >>> view.pick(result.passages["passage_id"])
    >>> view.picked["text"].tolist()
    ['We mended the gate again.']
    """
    return Explorer(result, author)


def concept_from(passages: IntoDataFrame, name: str, gloss: str) -> Concept:
    """Make a concept of one's own of passages that show it.

    Parameters
    ----------
    passages : table
        With a column ``text``, such as ``explorer.picked``; six passages or more, about different things.
    name, gloss : str
        What you call it, and one sentence that says what it is to see things so.

    Returns
    -------
    Concept
        To mine with: ``themekit.mine(corpus, concepts=[*themekit.catalogue(), concept])``. In the texts that the
        passages are from it will be found, of course; whether others have it is the question.

    Raises
    ------
    ConceptError
        If there is no passage.

    Examples
    --------
    >>> picked = pd.DataFrame({"text": ["We mended the gate.", "I glued the cup."]})
    >>> concept_from(picked, "mending", "Going to what is broken.").exemplars
    {'own 1': 'We mended the gate.', 'own 2': 'I glued the cup.'}
    """
    texts = nw.from_native(passages, eager_only=True)["text"].to_list()
    if not texts:
        raise ConceptError(
            "seen no passage; expected some that show the concept; pick them in the explorer, by a click, with the shift "
            "key held for more, or by a drag over the map"
        )
    exemplars = {f"own {i}": " ".join(text.split()) for i, text in enumerate(dict.fromkeys(texts), start=1)}
    return Concept(name=name, gloss=" ".join(gloss.split()), exemplars=exemplars)


class _Page(anywidget.AnyWidget):
    """A page that scrolls to its first mark."""

    _esm = """
    export default { render({ model, el }) {
      el.classList.add("themekit-page");
      const show = () => {
        el.innerHTML = model.get("content");
        const first = el.querySelector("mark");
        el.scrollTop = first ? first.offsetTop - el.offsetTop - 60 : 0;
      };
      model.on("change:content", show);
      show();
    } };
    """
    _css = """
    .themekit-page { position: relative; height: 380px; overflow-y: auto; padding: 0 12px; line-height: 1.5; max-width: 640px; }
    .themekit-page mark { background: rgba(209, 73, 91, .22); color: inherit; }
    .themekit-page h4 { margin: 0 0 2px; }
    .themekit-page .about { opacity: .7; margin: 0 0 10px; }
    .themekit-page .text { white-space: pre-wrap; }
    """
    content = traitlets.Unicode("").tag(sync=True)


class Explorer(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """Map, thread, quotes and document of a result; made by :func:`explore`.

    Attributes
    ----------
    result : Result
    picked : pandas.DataFrame
        The passages that are picked: ``passage_id, document_id, author, position, start, end, text, n_tokens``.
    """

    def __init__(self, result: Result, author: str | None = None) -> None:
        self.result = result
        self._ids: list[str] = []
        self._is_following = False
        summary = result.summary().sort_values(["q_value", "effect"], ascending=[True, False])
        first = result.portrait(author).author if author else str(summary["author"].iloc[0])
        self._author = ipywidgets.Dropdown(
            options=result.authors["author"].tolist(), value=first, description="author"
        )
        self._concept = ipywidgets.Dropdown(description="theme")
        self._count = ipywidgets.Label()
        self._none = ipywidgets.Button(description="pick none", tooltip="Forget what is picked")
        self._places = result.layout.set_index("passage_id")
        begun = result.quotes(first, role="for")["passage_id"].head(1).tolist()
        self._map = _drawn(_map(result, begun))
        self._thread_box = ipywidgets.Box()
        self._quotes = ipywidgets.Select(layout={"width": "100%", "height": _HEIGHT})
        self._page = _Page()
        super().__init__(
            [
                ipywidgets.HBox([self._author, self._concept, self._none, self._count]),
                _side_by_side(self._map, self._thread_box),
                _side_by_side(self._quotes, self._page),
            ]
        )
        self._map.selections.observe(self._on_map, PICK)
        self._map.selections.observe(self._on_brush, _BRUSH)
        self._quotes.observe(self._on_quote, "value")
        self._author.observe(self._on_author, "value")
        self._concept.observe(self._on_concept, "value")
        self._none.on_click(lambda _: self.pick([]))
        self._on_author(None)

    @property
    def picked(self) -> pd.DataFrame:
        """The passages that are picked, in the order of the texts."""
        passages = self.result.passages
        return passages[passages["passage_id"].isin(self._ids)].reset_index(drop=True)

    def pick(self, passage_ids: Iterable[str]) -> None:
        """Pick passages, as a click does; map, thread, quotes and document follow."""
        self._ids = list(dict.fromkeys(passage_ids))
        picked = self.picked
        self._map.params.shown = self._ids
        self._thread.params.shown = picked["document_id"].unique().tolist()
        self._count.value = f"{len(picked):,} picked" if len(picked) else "click, or drag over the map"
        self._is_following = True
        try:
            known = [value for _, value in self._quotes.options]
            self._quotes.value = next((i for i in self._ids if i in known), None)
        finally:
            self._is_following = False
        self._page.content = self._document()

    def _on_map(self, change: Any) -> None:  # noqa: ANN401 - a change of a widget
        ids = [row["passage_id"] for row in change["new"].value or []]
        # A drag ends with a click beside the marks, which is not meant to pick none.
        if ids or not self._map.selections.brush.value:
            self.pick(ids)

    def _on_brush(self, change: Any) -> None:  # noqa: ANN401 - a change of a widget
        area = change["new"].value or {}
        if {"x", "y"} <= set(area):
            inside = self._places["x"].between(*sorted(area["x"])) & self._places["y"].between(
                *sorted(area["y"])
            )
            self.pick(self._places.index[inside])

    def _on_thread(self, change: Any) -> None:  # noqa: ANN401 - a change of a widget
        documents = [row["document_id"] for row in change["new"].value or []]
        passages = self.result.passages
        own = passages[passages["document_id"].isin(documents) & (passages["author"] == self._author.value)]
        self.pick(own["passage_id"])

    def _on_quote(self, change: Any) -> None:  # noqa: ANN401 - a change of a widget
        if not self._is_following and change["new"] is not None:
            self.pick([change["new"]])

    def _on_author(self, _: object) -> None:
        quoted = self.result.evidence[self.result.evidence["author"] == self._author.value]
        themes = self.result.themes[self.result.themes["author"] == self._author.value]
        ranked = themes.sort_values("rank")["concept"]
        options = ranked[ranked.isin(quoted["concept"])].tolist() or ranked.head(1).tolist()
        self._is_following = True
        try:
            self._concept.options = options
            self._concept.value = options[0]
        finally:
            self._is_following = False
        self._on_concept(None)

    def _on_concept(self, _: object) -> None:
        if self._is_following:
            return
        author, concept = self._author.value, self._concept.value
        quotes = self.result.quotes(author, concept)
        begun = quotes["document_id"].head(1).tolist()
        self._thread = _drawn(_thread(self.result, author, concept, begun))
        self._thread.selections.observe(self._on_thread, PICK)
        self._thread_box.children = [self._thread]
        self._is_following = True
        try:
            self._quotes.options = [
                (f"{row.role}: {visible(row.quote)}", row.passage_id)
                for row in quotes.drop_duplicates("passage_id").itertuples()
            ]
            self._quotes.value = None
        finally:
            self._is_following = False
        self.pick(quotes["passage_id"].head(1))

    def _document(self) -> str:
        """Return the document of the first picked passage, with all that is picked in it marked."""
        picked = self.picked
        if picked.empty:
            return "<p class='about'>Pick a passage to read it where it stands.</p>"
        first = self._ids[0]
        document_id = picked.set_index("passage_id")["document_id"].get(first)
        about = self.result.documents.set_index("document_id").loc[document_id]
        inside = picked[picked["document_id"] == document_id].sort_values("start")
        whose = ", ".join(dict.fromkeys(inside["author"]))
        told = " · ".join(
            escape(str(part)) for part in (whose, about["date"], about["source"]) if pd.notna(part)
        )
        title = _plain(str(about["title"])) if pd.notna(about["title"]) else "no title"
        spans = zip(inside["start"], inside["end"], strict=True)
        text = "".join(_marked(str(about["text"]), spans))
        return f"<h4>{title}</h4><p class='about'>{told}</p><div class='text'>{text}</div>"


def _drawn(chart: Any) -> Any:  # noqa: ANN401 - its selections and parameters have names that only the chart knows
    """Return a chart to click in, as SVG, which screen readers can read."""
    widget = pickable(chart)
    widget.embed_options = {"renderer": "svg", "actions": False}
    return widget


def _side_by_side(left: Any, right: Any) -> ipywidgets.GridBox:  # noqa: ANN401 - ipywidgets has no types
    return ipywidgets.GridBox(
        [left, right], layout={"grid_template_columns": "minmax(0, 1fr) minmax(0, 1fr)", "grid_gap": "12px"}
    )


def _marked(text: str, spans: Iterable[tuple[int, int]]) -> Iterator[str]:
    """Yield the text as HTML, with the spans (in order) marked."""
    at = 0
    for start, end in spans:
        yield _plain(text[at:start])
        yield f"<mark>{_plain(text[start:end])}</mark>"
        at = end
    yield _plain(text[at:])


def _plain(text: str) -> str:
    """Return words as HTML in which nothing hides; paragraphs stay."""
    return escape(re.sub(r"\S+", lambda word: visible(word[0]), text))


def _map(result: Result, shown: list[str]) -> Any:  # noqa: ANN401 - a chart, or one sentence
    """Return the map with rings around what is picked elsewhere, and a brush."""
    chart = charts.topic_map(result.map_frame())
    ringed = _with_rings(chart, "passage_id", shown, alt.selection_interval(name=_BRUSH))
    return ringed.properties(width=_MAP, height=_MAP)


def _thread(result: Result, author: str, concept: str, shown: list[str]) -> Any:  # noqa: ANN401 - as above
    """Return the thread with rings around the documents that are picked elsewhere."""
    chart = charts.thread(result.thread_frame(author, concept))
    return _with_rings(chart, "document_id", shown).properties(width=_THREAD)


def _with_rings(chart: Any, column: str, shown: list[str], *selections: alt.Parameter) -> Any:  # noqa: ANN401 - as above
    """Add rings to the marks that a click picks, about those whose id is among the parameter ``shown``."""
    picked = [layer for layer in chart.layer if layer.name is not alt.Undefined]
    rings = [
        alt.Chart(layer.data)
        .mark_point(shape="circle", size=260, stroke=_RING, strokeWidth=2.5, fillOpacity=0, aria=False)
        .encode(x=layer.encoding.x, y=layer.encoding.y)
        .transform_filter(f"indexof({_SHOWN}, datum.{column}) >= 0")
        for layer in picked
    ]
    rings[0] = rings[0].add_params(*selections)
    for ring in rings:
        chart = chart + ring
    # Side by side there is no room for a title; the description says what it would.
    chart.title = alt.Undefined
    # What a widget is told before it is on the page is not drawn, so that it begins with what is picked.
    return chart.add_params(alt.param(name=_SHOWN, value=shown))
