"""What CONTRIBUTING shows is what works."""

from __future__ import annotations

import re
import types

import themekit
from themekit import readers


def test_the_example_of_a_new_format_reads(root, tmp_path, monkeypatch):
    (code,) = re.findall(
        r"```python\n(.*?)```", (root / "CONTRIBUTING.md").read_text(encoding="utf-8"), re.DOTALL
    )
    module = types.ModuleType("lines")
    exec(compile(code, "lines.py", "exec"), module.__dict__)  # noqa: S102 - our own page
    for suffix, what in module.SUFFIXES.items():
        monkeypatch.setitem(readers.READERS, suffix, module)
        monkeypatch.setitem(readers.FAMILIES, suffix, what)
    (tmp_path / "a.jsonl").write_text(
        '{"text": "I mended the gate.", "author": "Ann", "date": "1903-04"}\n\n{"text": "I shut it.", "title": "Shut"}\n'
    )
    (tmp_path / "b.jsonl").write_text("{broken")
    corpus = themekit.read(tmp_path)
    assert corpus.documents["document_id"].tolist() == ["a/0001", "a/0003"]
    assert corpus.documents["date"].tolist() == ["1903-04", None]
    assert corpus.documents["title"].tolist() == ["a", "Shut"]
    assert "expected a sound JSON Lines file" in corpus.problems["detail"].item()
