"""Charts: a frame in, an Altair chart out.

One file per chart; each takes one of the tables that a result holds (or that
you made yourself, in pandas, polars or pyarrow) and returns an
:class:`altair.Chart` or :class:`altair.LayerChart` to show, change or save.
No chart knows a model, computes a score or carries a column that it does not
draw.

Examples
--------
>>> import pandas as pd
>>> import themekit.charts as charts
>>> frame = pd.DataFrame({"passage_id": ["p1", "p2"], "x": [0.0, 1.0], "y": [0.5, 0.1],
...                       "author": ["Ann", "Bo"], "topic_id": ["t1", "t1"], "label": ["bread", "bread"]})
>>> charts.topic_map(frame).to_dict()["title"]["text"]
'2 passages by 2 authors fall into 1 topic: “bread”'
"""

from __future__ import annotations

from themekit.charts.certainty import certainty
from themekit.charts.corpus_overview import corpus_overview
from themekit.charts.fingerprint import fingerprint
from themekit.charts.forms import forms
from themekit.charts.kinship import kinship
from themekit.charts.orbit import orbit
from themekit.charts.pair import pair
from themekit.charts.portrait import portrait
from themekit.charts.reading_page import reading_page
from themekit.charts.thread import thread
from themekit.charts.topic_hierarchy import topic_hierarchy
from themekit.charts.topic_map import topic_map
from themekit.charts.topic_overview import topic_overview
from themekit.charts.topics_over_time import topics_over_time

__all__ = [
    "certainty",
    "corpus_overview",
    "fingerprint",
    "forms",
    "kinship",
    "orbit",
    "pair",
    "portrait",
    "reading_page",
    "thread",
    "topic_hierarchy",
    "topic_map",
    "topic_overview",
    "topics_over_time",
]
