"""The report: one page that holds all that was found, fetches nothing and takes no text for anything else."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser

import hostile_result
import numpy as np
import pandas as pd
import pytest

import themekit
from themekit import drawings, report


class Page(HTMLParser):
    """A page taken apart: tags with attributes, scripts, words."""

    def __init__(self, text):
        super().__init__()
        self.text, self.tags, self.scripts, self.words, self._inside = text, [], [], [], []
        self.feed(text)
        self.book = json.loads(self.scripts[0])

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        self._inside.append(tag)

    def handle_endtag(self, tag):
        while self._inside and self._inside.pop() != tag:
            pass

    def handle_data(self, data):
        inside = self._inside[-1] if self._inside else ""
        if inside == "script":
            self.scripts.append(data)
        elif inside != "style":
            self.words.append(data)

    def count(self, tag, **attributes):
        return sum(name == tag and attributes.items() <= given.items() for name, given in self.tags)

    def said(self):
        return re.sub(r"\s+", " ", " ".join(self.words))


@pytest.fixture(scope="module")
def result():
    return hostile_result.make()


@pytest.fixture(scope="module")
def path(result, tmp_path_factory):
    return result.report(tmp_path_factory.mktemp("report") / "deep" / "report.html")


@pytest.fixture(scope="module")
def page(path):
    return Page(path.read_text("utf-8"))


def plain(text):
    from themekit.wording import visible

    return visible(text)


def test_the_page_is_one_file_that_a_policy_keeps_from_the_network(page, path):
    assert list(path.parent.iterdir()) == [path]
    assert path.stat().st_size < 2_000_000
    policy = next(a["content"] for _, a in page.tags if a.get("http-equiv") == "Content-Security-Policy")
    digest = base64.b64encode(hashlib.sha256(page.scripts[1].encode()).digest()).decode()
    assert policy == (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; img-src data:; font-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    assert len(page.scripts) == 2
    assert page.count("script") == 2
    assert page.count("script", type="application/json") == 1


def test_no_tag_and_no_attribute_comes_from_a_text(page):
    known = {
        "html", "head", "meta", "title", "style", "body", "nav", "ol", "ul", "li", "a", "span", "main", "header", "p", "h1",
        "h2", "h3", "bdi", "dl", "dt", "dd", "div", "section", "article", "table", "thead", "tbody", "tr", "th", "td", "b",
        "small", "i", "u", "figure", "noscript", "blockquote", "footer", "cite", "details", "summary", "aside", "button",
        "script",
    }  # fmt: skip
    assert {tag for tag, _ in page.tags} <= known
    keys = {key for _, attributes in page.tags for key in attributes}
    assert keys <= {
        "lang", "data-theme", "charset", "http-equiv", "content", "name", "aria-label", "aria-live", "href", "class", "id",
        "style", "data-chart", "role", "hidden", "type",
    }  # fmt: skip
    anchors = {attributes["id"] for _, attributes in page.tags if "id" in attributes}
    for _, attributes in page.tags:
        if "href" in attributes:
            assert attributes["href"].removeprefix("#") in anchors, "a link leads to a place on the page"


def test_what_could_steer_is_shown_as_its_code(page):
    for letter in "\x1b\u202e\u200b":
        assert letter not in page.text.split('id="book"')[0]
        assert letter not in json.dumps(page.book["passages"], ensure_ascii=False)
    assert "\\x1b[31m" in page.said()
    assert "<script>window.hacked = 1</script>" in page.said()


def test_everybody_has_a_place_and_every_quote_too(page, result):
    assert page.count("article") == len(result.authors)
    links = [a["href"] for tag, a in page.tags if tag == "a"]
    for i in range(len(result.authors)):
        assert links.count(f"#author-{i + 1}") >= 2, "in the contents and in the table"
    quotes = pd.concat([result.portrait(author).quotes for author in result.authors["author"]])
    said = page.said()
    assert len(quotes) >= len(result.authors)
    for quote in quotes.itertuples():
        assert plain(quote.quote) in said
        assert f"characters {quote.start:,} to {quote.end:,}" in said
    assert page.count("blockquote") == (quotes["role"] == "for").sum()


def test_every_kind_of_chart_is_there_and_says_what_it_shows(page):
    drawn = {key.split(" ")[0] for key in page.book["charts"]}
    assert drawn == drawings.CHARTS.keys() | drawings.OF_AUTHOR.keys()
    placed = [attributes["data-chart"] for _, attributes in page.tags if "data-chart" in attributes]
    assert sorted(placed) == sorted(page.book["charts"])
    assert all(len(spec["description"]) > 40 for spec in page.book["charts"].values())
    assert all("config" not in spec for spec in page.book["charts"].values()), "once is enough"


def test_a_point_leads_to_its_passage(page, result):
    passages = {row[0]: row for row in page.book["passages"]}
    for passage in result.passages.itertuples():
        _, document, author, start, end, topic, text = passages[passage.passage_id]
        assert (start, end, text) == (passage.start, passage.end, plain(passage.text))
        assert page.book["documents"][document]["title"] == plain(
            result.documents.set_index("document_id").loc[passage.document_id, "title"]
        )
        assert page.book["topics"][topic]
        assert page.book["authors"][author] == plain(passage.author)
    drawn = json.dumps(page.book["charts"]["topic-map"])
    assert all(json.dumps(passage_id) in drawn for passage_id in passages)


def test_what_was_dropped_and_how_it_was_found(page, result):
    said = page.said()
    assert "dropped" in said
    assert "<i onclick='window.hacked = 1'>" in said
    assert "3 concepts, such as compression" in said
    assert result.settings["corpus"][:16] in said
    assert "by the encoder static" in said
    assert not re.search(r"\d\d:\d\d:\d\d", page.said()), "no time stamps"


def test_the_same_result_gives_the_same_bytes_and_replaces_what_is_there(result, path, tmp_path):
    again = tmp_path / "report.html"
    again.write_text("older")
    assert report.report(result, again) == again
    assert again.read_bytes() == path.read_bytes()
    assert list(tmp_path.iterdir()) == [again]


@pytest.mark.parametrize("texts", ["snippet", "none"])
def test_texts_go_as_far_as_asked(result, tmp_path, texts):
    text = result.report(tmp_path / "report.html", texts=texts).read_text("utf-8")
    page = Page(text)
    starts = [plain(passage)[:170] for passage in result.passages["text"] if len(plain(passage)) > 170]
    assert len(starts) > 20
    begins = ("I took the hinge off and oiled", "Nobody had looked after the", "My father said that what is")
    for fragment in starts:
        assert fragment not in page.said()
        assert json.dumps(fragment)[1:-1] not in json.dumps(page.book)
    shown = [begin in page.said() or begin in page.scripts[0] for begin in begins]
    assert any(shown) == (texts == "snippet")
    assert {row[6] is None for row in page.book["passages"]} == {texts == "none"}
    with pytest.raises(ValueError, match="report: seen texts='all'; expected none, snippet or full"):
        result.report(tmp_path / "new" / "report.html", texts="all")
    assert not (tmp_path / "new").exists()


def test_what_does_not_fit_is_left_out_and_said(result, tmp_path, monkeypatch):
    whole = result.report(tmp_path / "whole.html").stat().st_size
    limit = whole - 60_000
    monkeypatch.setattr(report, "LARGEST", limit)
    small = report.report(result, tmp_path / "small.html")
    assert small.stat().st_size <= limit
    page = Page(small.read_text("utf-8"))
    assert "Left out, so that this file can be mailed: " in page.said()
    assert {"fingerprint", "topic-map"} <= page.book["charts"].keys(), "what tells most is kept"
    assert page.count("article") == len(result.authors)


def test_one_author_alone_and_nobody_found(tmp_path):
    corpus = themekit.Corpus.from_texts(["We mended the gate. It held.", "The boat leaks."], author="Ann")
    alone = themekit.mine(corpus, encoder="static", concepts=["repair", "play"])
    places = np.zeros((len(alone.passages), 2))
    alone.__dict__["layout"] = pd.DataFrame(
        {"passage_id": alone.passages["passage_id"], "x": places[:, 0], "y": places[:, 1]}
    )
    page = Page(alone.report(tmp_path / "report.html").read_text("utf-8"))
    assert "Ann: too little to tell" in page.said()
    assert {key for key in page.book["charts"] if key.endswith(" 1")} >= {"thread 1", "portrait 1"}
    assert "kinship" not in page.book["charts"]


def test_a_page_in_one_look(result, tmp_path):
    for look in ("light", "dark"):
        page = Page(report.report(result, tmp_path / f"{look}.html", theme=look).read_text("utf-8"))
        assert page.tags[0][1]["data-theme"] == look
        assert page.book["config"]["background"] == {"light": "#ffffff", "dark": "#14181d"}[look]
        assert page.book["usermeta"] == {}
    with pytest.raises(ValueError, match="seen the theme 'blue'"):
        report.report(result, tmp_path / "a.html", theme="blue")
