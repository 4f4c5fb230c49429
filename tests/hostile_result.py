"""A small result whose names, titles and passages try to be more than text."""

from __future__ import annotations

import dataclasses

import chart_tables as tables
import numpy as np
import pandas as pd

import themekit

HACK = "window.hacked = 1"
AUTHORS = tables.HOSTILE[:6]
SENTENCES = (
    f"We mended the gate of the {{}} again, and <script>{HACK}</script> it held.",
    f'<img src=x onerror="{HACK}"> I took the hinge off and oiled it for the {{}}.',
    "Nobody had looked after the {} for years: {{7*7}} ${{7*7}} datum.x + alert(1).",
    "A new washer cost nothing, and the old bolt of the {} went back in; javascript:alert(1).",
    "By evening the {} stood as it had stood \u202ebefore\u202c the flood, red\x1b[31m paint and all.",
    "My father said that what is\u200bbroken in the {} should be left, </script></style><b>but I</b> could not.",
)


def make():
    """Mine it; the first author is said to be found, so that everything is drawn of somebody."""
    texts, authors, dates, titles = [], [], [], []
    for i, author in enumerate(AUTHORS):
        for k in range(4):
            subject = tables.SUBJECTS[(i + k) % len(tables.SUBJECTS)].split(",")[0]
            texts.append(
                " ".join(sentence.format(subject) for sentence in SENTENCES[k % 3 :] + SENTENCES[: k % 3])
            )
            authors.append(author)
            dates.append(f"{2014 + k}-03-{i + 1:02}")
            titles.append(f"{tables.HOSTILE[(i + k) % len(tables.HOSTILE)][:60]} {k}")
    corpus = themekit.Corpus.from_texts(texts, author=authors, dates=dates, titles=titles)
    account = pd.concat(
        [corpus.account, pd.DataFrame(
            {"source": [f"<b>{HACK}</b>.txt"], "entry": [None], "action": ["dropped"], "detail": [f"<i onclick='{HACK}'>"]}
        )]
    )  # fmt: skip
    corpus = dataclasses.replace(corpus, account=account)
    result = themekit.mine(
        corpus, encoder="static", concepts=["repair", "play", "chance"], n_permutations=200
    )
    first = result.authors["author"] == AUTHORS[0]
    leading = result.themes.loc[
        (result.themes["author"] == AUTHORS[0]) & (result.themes["rank"] == 1), "concept"
    ].item()
    judged = result.authors.assign(
        verdict=np.where(first, "found", result.authors["verdict"]),
        meta_theme=result.authors["meta_theme"].astype(object).where(~first, leading),
        reason=result.authors["reason"].astype(object).where(~first, None),
        q_value=result.authors["q_value"].where(~first, 0.01),
    )
    told = dataclasses.replace(result, authors=judged)
    places = np.random.default_rng(0).normal(size=(len(told.passages), 2))
    told.__dict__["layout"] = pd.DataFrame(
        {"passage_id": told.passages["passage_id"], "x": places[:, 0], "y": places[:, 1]}
    )
    return told
