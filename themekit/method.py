"""The method, to paste: what was done to reach a result, with every setting, count, version and reference.

All numbers are taken from the result and from the constants that the code itself runs on, so that the note cannot say
otherwise than what was done.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

import pandas as pd

from themekit import concepts, passages, themes, topics
from themekit.readers.document import count
from themekit.themes import ThemeEstimator

if TYPE_CHECKING:
    from collections.abc import Sequence

    from themekit.result import Result

__all__ = ["MethodNote", "method_note"]

_MINILM, _STATIC = "minilm", "static"
_NAMED = 12  # concepts of one's own that are called by name
_SOFTWARE = ("numpy", "pandas", "scipy", "scikit-learn", "bertopic", "umap-learn")


@dataclass(frozen=True)
class Reference:
    """A work that the note cites.

    Attributes
    ----------
    key : str
        Of its BibTeX entry.
    cited : str
        How the text names it.
    kind : str
        ``article``, ``book``, ``inproceedings``, ``misc`` or ``software``.
    fields : tuple of (str, str)
        Of its BibTeX entry, in order.
    """

    key: str
    cited: str
    kind: str
    fields: tuple[tuple[str, str], ...]

    @property
    def bibtex(self) -> str:
        """The entry."""
        inside = ",\n".join(f"  {name} = {{{value}}}" for name, value in self.fields)
        return f"@{self.kind}{{{self.key},\n{inside}\n}}"

    @property
    def line(self) -> str:
        """The work in a list of references."""
        told = dict(self.fields)
        where = (
            told.get("journal")
            or told.get("booktitle")
            or told.get("publisher")
            or told.get("howpublished")
            or ""
        )
        numbers = told.get("volume", "") + (f"({told['number']})" if "number" in told else "")
        pages = told.get("pages", "").replace("--", "–")
        tail = ", ".join(part for part in (where, numbers, pages) if part)
        people = told["author"].strip("{}").replace(" and others", " et al.").replace(" and ", "; ")
        return f"{people} ({told['year']}). {told['title']}. {tail}".rstrip(". ") + "."


def _work(key: str, cited: str, kind: str, **fields: str) -> Reference:
    return Reference(key, cited, kind, tuple(fields.items()))


_WORKS = {
    work.key: work
    for work in (
        _work("westfall1993", "Westfall & Young 1993", "book", author="Westfall, Peter H. and Young, S. Stanley",
              title="Resampling-Based Multiple Testing: Examples and Methods for p-Value Adjustment", publisher="Wiley", year="1993"),
        _work("phipson2010", "Phipson & Smyth 2010", "article", author="Phipson, Belinda and Smyth, Gordon K.",
              title="Permutation P-values Should Never Be Zero: Calculating Exact P-values When Permutations Are Randomly Drawn",
              journal="Statistical Applications in Genetics and Molecular Biology", volume="9", number="1", year="2010"),
        _work("smyth2004", "Smyth 2004", "article", author="Smyth, Gordon K.",
              title="Linear Models and Empirical Bayes Methods for Assessing Differential Expression in Microarray Experiments",
              journal="Statistical Applications in Genetics and Molecular Biology", volume="3", number="1", year="2004"),
        _work("benjamini1995", "Benjamini & Hochberg 1995", "article", author="Benjamini, Yoav and Hochberg, Yosef",
              title="Controlling the False Discovery Rate: A Practical and Powerful Approach to Multiple Testing",
              journal="Journal of the Royal Statistical Society: Series B", volume="57", number="1", pages="289--300", year="1995"),
        _work("efron1993", "Efron & Tibshirani 1993", "book", author="Efron, Bradley and Tibshirani, Robert J.",
              title="An Introduction to the Bootstrap", publisher="Chapman and Hall", year="1993"),
        _work("fisher1936", "Fisher 1936", "article", author="Fisher, R. A.",
              title="The Use of Multiple Measurements in Taxonomic Problems", journal="Annals of Eugenics", volume="7", number="2",
              pages="179--188", year="1936"),
        _work("ward1963", "Ward 1963", "article", author="Ward, Joe H.",
              title="Hierarchical Grouping to Optimize an Objective Function",
              journal="Journal of the American Statistical Association", volume="58", number="301", pages="236--244", year="1963"),
        _work("lloyd1982", "Lloyd 1982", "article", author="Lloyd, Stuart P.", title="Least Squares Quantization in PCM",
              journal="IEEE Transactions on Information Theory", volume="28", number="2", pages="129--137", year="1982"),
        _work("reimers2019", "Reimers & Gurevych 2019", "inproceedings", author="Reimers, Nils and Gurevych, Iryna",
              title="Sentence-BERT: Sentence Embeddings using Siamese BERT-Networks", booktitle="Proceedings of EMNLP-IJCNLP 2019",
              pages="3982--3992", year="2019"),
        _work("wang2020", "Wang et al. 2020", "inproceedings",
              author="Wang, Wenhui and Wei, Furu and Dong, Li and Bao, Hangbo and Yang, Nan and Zhou, Ming",
              title="MiniLM: Deep Self-Attention Distillation for Task-Agnostic Compression of Pre-Trained Transformers",
              booktitle="Advances in Neural Information Processing Systems 33", year="2020"),
        _work("tulkens2024", "Tulkens & van Dongen 2024", "software", author="Tulkens, Stephan and van Dongen, Thomas",
              title="Model2Vec: Fast State-of-the-Art Static Embeddings", howpublished="https://github.com/MinishLab/model2vec",
              year="2024"),
        _work("grootendorst2022", "Grootendorst 2022", "misc", author="Grootendorst, Maarten",
              title="BERTopic: Neural topic modeling with a class-based TF-IDF procedure", howpublished="arXiv:2203.05794",
              year="2022"),
        _work("mcinnes2018", "McInnes et al. 2018", "misc", author="McInnes, Leland and Healy, John and Melville, James",
              title="UMAP: Uniform Manifold Approximation and Projection for Dimension Reduction",
              howpublished="arXiv:1802.03426", year="2018"),
        _work("pedregosa2011", "Pedregosa et al. 2011", "article", author="Pedregosa, Fabian and others",
              title="Scikit-learn: Machine Learning in Python", journal="Journal of Machine Learning Research", volume="12",
              pages="2825--2830", year="2011"),
    )
}  # fmt: skip


@dataclass(frozen=True)
class MethodNote:
    """How a result was reached, as a text to paste and the works that it cites.

    Attributes
    ----------
    text : str
        The paragraphs.
    references : tuple of Reference
        In alphabetical order.
    """

    text: str
    references: tuple[Reference, ...]

    @property
    def bibtex(self) -> str:
        """All entries, for a ``.bib`` file."""
        return "\n\n".join(work.bibtex for work in self.references) + "\n"

    def __str__(self) -> str:
        """Return the text and the list of references."""
        return "\n\n".join([self.text, "References", "\n".join(work.line for work in self.references)])

    def __repr__(self) -> str:
        """Show what will be pasted."""
        return str(self)

    def _repr_html_(self) -> str:
        paragraphs = "".join(f"<p>{escape(part)}</p>" for part in self.text.split("\n\n"))
        works = "".join(f"<li>{escape(work.line)}</li>" for work in self.references)
        return f"<div class='themekit-method' style='max-width:44em;line-height:1.5'>{paragraphs}<ul>{works}</ul></div>"


def method_note(result: Result) -> MethodNote:
    """Say how a result was reached, in paragraphs that can be pasted into a methods section.

    Parameters
    ----------
    result : Result
        Of :func:`themekit.mine`.

    Returns
    -------
    MethodNote
        Printed, the text with its references; ``.text`` and ``.bibtex`` apart.

    Examples
    --------
    >>> import themekit
    >>> result = themekit.mine(themekit.Corpus.from_texts(["We mended the gate again."], author="Ann"), encoder="static")
    >>> note = themekit.method_note(result)
    >>> note.text[:52]
    'The corpus holds 1 document by 1 author (5 words, by'
    >>> "@article{benjamini1995" in note.bibtex
    True
    """
    parts = [_corpus(result), _directions(result), _effects(result), _verdicts(result), _software(result)]
    text = "\n\n".join(parts)
    cited = tuple(work for _, work in sorted(_WORKS.items()) if work.cited in text)
    return MethodNote(text, (*cited, _themekit(result)))


def _cite(*keys: str) -> str:
    return f"({'; '.join(_WORKS[key].cited for key in keys)})"


def _corpus(result: Result) -> str:
    documents, authors = result.documents, result.authors
    years = pd.to_numeric(documents["date"].astype("string").str[:4], errors="coerce").dropna()
    kinds = documents["kind"].value_counts().sort_index()
    dated = f", dated {int(years.min())} to {int(years.max())}" if len(years) else ""
    undated = len(documents) - len(years)
    without = f" ({undated:,} without a date)" if len(years) and undated else ""
    words = result.passages["text"].str.split().str.len()
    per = authors["n_documents"]
    spread = f"{per.min()} to {per.max()}" if per.min() != per.max() else f"{per.min()}"
    return (
        f"The corpus holds {count(len(documents), 'document')} by {count(len(authors), 'author')} "
        f"({count(int(authors['n_words'].sum()), 'word')}, by kind: {', '.join(count(n, kind) for kind, n in kinds.items())}{dated}{without}; "
        f"{spread} documents an author). What an author contributed to a document was split into "
        f"{count(len(words), 'passage')} of about {_number_word(passages.N_SENTENCES)} sentences ({passages.MIN_WORDS} to {passages.MAX_WORDS} "
        f"words where sentences allow, {words.median():.0f} in the middle), none of which crosses a turn of speech. {_encoder(result)} "
        f"{_topics(result)}"
    )


def _encoder(result: Result) -> str:
    name, key = result.settings["encoder"], result.settings["encoder_key"]
    grid = "components rounded to a fixed grid"
    if name == _MINILM:
        return f"Passages were embedded as unit vectors with all-MiniLM-L6-v2 {_cite('reimers2019', 'wang2020')}, with {grid} (weights {key})."
    if name == _STATIC:
        return (
            f"Passages were embedded as unit vectors, the means of static token vectors that were distilled from all-MiniLM-L6-v2 with Model2Vec and "
            f"fitted further to come near to its vectors {_cite('tulkens2024', 'reimers2019', 'wang2020')}, with {grid} ({key})."
        )
    return f"Passages were embedded as unit vectors with the encoder {name}, with {grid} ({key})."


def _topics(result: Result) -> str:
    n = result.assignments["topic_id"].nunique()
    return (
        f"They were put into {count(n, 'topic')} by k-means {_cite('lloyd1982')} that starts from the means of Ward clusters "
        f"{_cite('ward1963')} of at most {topics.TREE:,} passages, over a sample of at most {topics.SAMPLE:,}, and takes no seed; the number of topics grows with the square root of the number "
        f"of passages. Labels of topics are class-based TF-IDF terms from BERTopic {_cite('grootendorst2022')}, fitted on these clusters; "
        f"UMAP {_cite('mcinnes2018')} draws the map and enters no estimate."
    )


def _directions(result: Result) -> str:
    frame = result.concepts
    shown, bare = int((frame["n_exemplars"] > 0).sum()), int((frame["n_exemplars"] == 0).sum())
    known = {c.name for c in concepts.catalogue()}
    own = [name for name in frame["concept"] if name not in known]
    told = ", ".join(own[:_NAMED]) + (", ..." if len(own) > _NAMED else "")
    ours = f" Of them {len(own)} are the researcher's own ({told})." if own else ""
    gloss_only = f"; {bare} had a gloss alone" if bare else ""
    return (
        f"{count(len(frame), 'concept')} stood as {'candidate' if len(frame) == 1 else 'candidates'} (catalogue {result.settings['catalogue']['sha256'][:12]}).{ours} A concept is a direction among "
        f"embeddings: {shown} were defined by exemplar sentences, and those of the catalogue by short scenes, too, in the same "
        f"{len(concepts.DOMAINS)} everyday domains{gloss_only}. Each domain's mean over the catalogue was taken out; the concept's mean was "
        f"multiplied by the inverse of the shrunken scatter of texts within concepts (Fisher's discriminant; {_WORKS['fisher1936'].cited}); {_taught(result)}"
        "its gloss and names were added with a quarter of that weight."
    )


def _taught(result: Result) -> str:
    if result.settings["encoder"] not in {_MINILM, _STATIC}:
        return ""
    return "for the first 60 concepts of the catalogue, how whole essays that show them lie off others was added with 1.2 times its weight; "


def _effects(result: Result) -> str:
    default = ThemeEstimator()
    return (
        "A passage's score on a concept is the cosine of the concept's direction with the passage's vector less the mean of its topic, which "
        f"is shrunken towards the grand mean as if that were {default.shrinkage:.0f} passages. A contribution's score is the mean of "
        "its passages' scores weighted by their rank. An author's effect is the mean of the author's contributions less the mean of all others' "
        f"of the same kind, in standard deviations of the latter; a concept's variance is moderated by the candidates' mean variance, which counts as {themes.SPREAD_IS_WORTH} "
        f"contributions {_cite('smyth2004')}, and the topics' means leave out the author. "
        f"{_compared(result)} Intervals (95 %) are percentiles of {default.n_bootstrap:,} bootstrap resamples of the author's contributions within "
        f"kind {_cite('efron1993')}, widened by the root of n / (n - 1) and by Student's t over the normal quantile, the others held fixed. For p, author labels were permuted over contributions "
        f"within kind {result.settings['n_permutations']:,} times, with topic means that include everybody; the largest standardised difference over all "
        f"candidates in each permutation gives the single-step max-T adjusted p of each concept {_cite('westfall1993', 'phipson2010')}, one-sided. "
        f"Passages, which are not independent within a contribution, were never resampled. The false discovery rate over authors was "
        f"controlled on the p of each author's leading concept {_cite('benjamini1995')}."
    )


def _compared(result: Result) -> str:
    background = result.settings["background"]
    n = len(result.authors)
    alone = n == 1
    if background["asked"] == "none" or background["name"] is None:
        return (
            "Authors were compared with each other only."
            if not alone
            else "There was nobody to compare with, and no background was used."
        )
    if background["asked"] == "auto":
        return (
            "The author stood alone and was compared with the part of the background shipped with themekit that is written most like it; such a "
            "comparison ranks concepts, and gives no p."
            if alone
            else "Authors were compared with each other; the background shipped with themekit was not needed."
        )
    return f"Passages of a background given by the researcher ({background['name']}) were counted as further authors' contributions."


def _verdicts(result: Result) -> str:
    needed = themes.NEEDED
    verdicts = result.authors["verdict"].value_counts()
    level = ThemeEstimator().level
    return (
        f"A theme was called found where q was at most {level:g}, the effect stood out of the spread of all authors' effects in all concepts "
        f"(median and median absolute deviation, as a normal deviate at {themes.STANDS_OUT_AT:g} over the number of candidates), the interval lay "
        "above 0, and the leading concept showed in at "
        f"least {themes.MIN_DOCUMENT_SHARE:.0%} of the author's documents (a score above the upper quartile of comparable contributions). "
        f"No verdict was given on fewer than {needed['contributions']} contributions, {needed['words']:,} words, {needed['topics']} topics, "
        f"{needed['comparable contributions']} comparable contributions by others, or where less than {needed['topic overlap']:.0%} of an author's passages were on topics "
        f"that others wrote on. Of {count(len(result.authors), 'author')}, a meta-theme was found for {verdicts.get('found', 0)}; for "
        f"{verdicts.get('none', 0)} there was enough text and nothing stood out; for {verdicts.get('insufficient', 0)} there was too little to tell."
    )


def _software(result: Result) -> str:
    versions = [f"{name} {installed}" for name in _SOFTWARE if (installed := _version(name))]
    return (
        f"Computed with themekit {result.settings['version']} ({', '.join(versions)}; {_WORKS['pedregosa2011'].cited}), seed "
        f"{result.settings['seed']}, input {result.settings['corpus'][:12]}; the same input gives the same numbers."
    )


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _number_word(n: int) -> str:
    words: Sequence[str] = ("no", "one", "two", "three", "four", "five")
    return words[n] if n < len(words) else str(n)


def _themekit(result: Result) -> Reference:
    return _work(
        "themekit", "themekit", "software", author="{The themekit contributors}",
        title=f"themekit, version {result.settings['version']}", year="2026",
    )  # fmt: skip
