"""What an answer costs: themekit beside its peers, on the same passages, and against the size of the corpus.

    python benchmarks/speed.py [--repeats 3] [--sizes 1000 10000 100000] [--minilm] [--only METHOD ...] [--out speed.md]

Each measurement is a process of its own with an empty cache. Methods take turns, so that what else the machine does falls
on all alike; the medians over the turns are given, in seconds by the clock and of the processors (its children's, too).

- *whole*: from the start of the process to the answer, reading a table of texts on the way.
- *after imports*: the answer alone, embedding included.
- *given*: the answer once more, with embeddings given (themekit: from its cache; the peers: as an array).
- *peak*: the most memory that the process held.

themekit's answer is ranks, verdicts, intervals and quotes; that of the peers is topics with their words, and says nothing of
authors. Answers are checked: the share of authors with a planted theme whose theme comes first, and how well topics
agree with the planted subjects (adjusted mutual information; texts that BERTopic leaves out count as one topic).

Turftopic and Top2Vec are measured where they are installed. ``speed.md`` has the figures.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).resolve().parent.parent
ESSAYISTS = ROOT.parent / "shared" / "corpora" / "essayists"
METHODS = {
    "themekit, static": "static", "themekit, MiniLM": "minilm",
    "BERTopic, MiniLM": "bertopic minilm", "BERTopic, model2vec": "bertopic static",
    "Turftopic KeyNMF": "turftopic", "Top2Vec": "top2vec",
}  # fmt: skip
NEEDS = {"turftopic": "turftopic", "top2vec": "top2vec"}
USES_MINILM = {"minilm", "bertopic minilm", "turftopic", "top2vec"}
N_FOR_PEERS = 10_000  # passages: beyond, the peers take longer than anybody waits


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--sizes", type=int, nargs="*", default=[1_000, 10_000, 100_000])
    parser.add_argument(
        "--minilm", action="store_true", help="also what embeds with MiniLM: minutes to hours"
    )
    parser.add_argument("--corpora", type=Path, nargs="*", default=[ROOT / "corpora", ESSAYISTS])
    parser.add_argument("--only", nargs="*", choices=list(METHODS), default=list(METHODS))
    parser.add_argument("--plot", type=Path, help="write cost against size as SVG or PNG")
    parser.add_argument(
        "--ratios", nargs="*", choices=["static", "minilm"], help="only what a run after another costs"
    )
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.ratios is not None:
        for encoder in args.ratios or ["static"]:
            ratios(encoder)
        return
    if args.child:
        print(json.dumps(measured(args.child[0], Path(args.child[1]))))
        return
    rows = []
    with tempfile.TemporaryDirectory() as temporary:
        for name, folder in written(args.corpora, args.sizes, Path(temporary)):
            n = len(pd.read_parquet(folder / "passages.parquet", columns=["text"]))
            chosen = [m for m in args.only if can(METHODS[m], n, minilm=args.minilm)]
            turns = [(m, process(METHODS[m], folder)) for _ in range(args.repeats) for m in chosen]
            rows += told(name, n, chosen, turns)
    if args.plot and rows:
        plot(pd.DataFrame(rows), args.plot)


def can(method: str, n: int, *, minilm: bool) -> bool:
    """Say whether a method is measured, and why not."""
    package = NEEDS.get(method)
    why = None
    if package and find_spec(package) is None:
        why = f"{package} is not installed"
    elif method in USES_MINILM and not minilm:
        why = "it embeds with MiniLM, which --minilm asks for"
    elif method not in ("static", "minilm") and n > N_FOR_PEERS:
        why = f"more than {N_FOR_PEERS:,} passages"
    if why:
        print(f"skipped: {method} on {n:,} passages ({why})", flush=True)
    return why is None


def written(folders: list[Path], sizes: list[int], into: Path) -> list[tuple[str, Path]]:
    """Write each corpus and its passages as tables, so that all methods read the same."""
    import made

    import themekit

    out = []
    for folder in folders:
        if not folder.is_dir():
            print(f"skipped: {folder.name} (not here)", flush=True)
            continue
        gold_file = folder / "gold.json"
        gold = {}
        if gold_file.is_file():
            rows = json.loads(gold_file.read_text(encoding="utf-8"))["authors"]
            gold = {row["author"]: row["theme"] for row in rows}
        out.append((folder.name, themekit.read(folder, authors_from_folders=not gold), gold, None))
    out += [(f"made, {n:,}", *made.corpus(n)) for n in sizes]
    places = []
    for i, (name, corpus, gold, subjects) in enumerate(out):
        place = into / str(i)
        place.mkdir()
        corpus.documents.to_parquet(place / "documents.parquet")
        corpus.turns.to_parquet(place / "turns.parquet")
        passages = themekit.split_passages(corpus, themekit.find_encoder("static"))
        if subjects:
            of = dict(zip(corpus.documents["document_id"], subjects, strict=True))
            passages = passages.assign(subject=passages["document_id"].map(of))
        passages.to_parquet(place / "passages.parquet")
        (place / "gold.json").write_text(json.dumps(gold), encoding="utf-8")
        places.append((name, place))
    return places


def process(method: str, folder: Path) -> dict[str, float]:
    """Measure one process from outside, by the clock and by the processors."""
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    with tempfile.TemporaryDirectory() as empty:
        done = subprocess.run(
            [sys.executable, __file__, "--child", method, str(folder)],
            env=os.environ | {"THEMEKIT_CACHE": empty, "TOKENIZERS_PARALLELISM": "false"},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    wall, after = time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise RuntimeError(f"{method} failed:\n{done.stderr[-2000:]}")
    inside: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    # What comes after the first answer is no part of the whole.
    taken = inside | {"whole": wall - inside["later"], "whole_cpu": cpu - inside["later_cpu"]}
    print(method, {key: round(value, 3) for key, value in taken.items()}, file=sys.stderr, flush=True)
    return taken


def ratios(encoder: str) -> None:
    """Print what a run costs after another, beside the first, and a first run beside tokenising, in processor seconds."""
    import dataclasses

    import made
    from model2vec import StaticModel

    import themekit
    import themekit.mining

    whole = made.corpus(7_500)[0]
    last = whole.documents["document_id"].iloc[-1]
    fewer = dataclasses.replace(
        whole, documents=whole.documents[whole.documents["document_id"] != last],
        turns=whole.turns[whole.turns["document_id"] != last],
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as empty:
        os.environ["THEMEKIT_CACHE"] = empty
        words = ["memory", "repair", "trust", "play", "chance"]
        themekit.mine(
            themekit.Corpus.from_texts(["We mended it."], author="Ann"), encoder=encoder
        )  # libraries
        runs = [
            ("first run, 299 texts", fewer, {}), ("unchanged", fewer, {}), ("other concepts", fewer, {"concepts": words}),
            ("another seed", fewer, {"seed": 1}), ("one more text", whole, {}),
        ]  # fmt: skip
        stretch, first = Stretch(), None
        for name, corpus, settings in runs:
            themekit.mine(corpus, encoder=encoder, **settings)
            wall, cpu = stretch()
            first = first or cpu
            print(f"| {encoder} | {name} | {cpu:.2f} | {wall:.2f} | {cpu / first:.2f} |", flush=True)
        if encoder == "static":
            large = made.corpus(35_000)[0]
            texts = large.documents["text"].tolist()
            n_words = sum(len(text.split()) for text in texts)
            tokenizer = StaticModel.from_pretrained(themekit.find_encoder("static").folder).tokenizer
            stretch()
            tokenizer.encode_batch_fast(texts, add_special_tokens=False)
            tokenising = stretch()
            themekit.mine(large, encoder="static")
            mining = stretch()
            print(f"{n_words:,} words: tokenising {tokenising[1]:.1f} CPU s ({tokenising[0]:.1f} s), mine {mining[1]:.1f} CPU s "
                  f"({mining[0]:.1f} s): {mining[1] / tokenising[1]:.1f} times")  # fmt: skip


class Stretch:
    """Seconds by the clock and of the processors since the last time that it was asked."""

    def __init__(self) -> None:
        self.last = (time.perf_counter(), time.process_time())

    def __call__(self) -> tuple[float, float]:
        now = (time.perf_counter(), time.process_time())
        took = (now[0] - self.last[0], now[1] - self.last[1])
        self.last = now
        return took


def measured(method: str, folder: Path) -> dict[str, float]:
    """Import, answer, answer again with embeddings given; all in this process."""
    passages = pd.read_parquet(folder / "passages.parquet")
    gold = json.loads((folder / "gold.json").read_text(encoding="utf-8"))
    stretch = Stretch()
    answer = themekit_answer if method in ("static", "minilm") else peer_answer
    run, again = answer(method, folder, passages)
    imports = stretch()
    topics, first = run()
    alone = stretch()
    again()
    given = stretch()
    agreement = right = float("nan")
    if "subject" in passages:
        from sklearn.metrics import adjusted_mutual_info_score

        agreement = float(adjusted_mutual_info_score(passages["subject"], topics))
    planted = [author for author, theme in gold.items() if theme]
    if first and planted:
        right = sum(first.get(author) == gold[author] for author in planted) / len(planted)
    later = stretch()
    return {
        "imports": imports[0], "imports_cpu": imports[1], "alone": alone[0], "alone_cpu": alone[1],
        "given": given[0], "given_cpu": given[1], "later": given[0] + later[0], "later_cpu": given[1] + later[1],
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, "agreement": agreement, "right": right,
    }  # fmt: skip


def themekit_answer(method, folder, passages):
    import themekit
    import themekit.mining
    from themekit.corpus import ACCOUNT_COLUMNS, Corpus

    if method == "minilm":
        import sentence_transformers  # noqa: F401 - the import is counted as one
    documents, turns = (pd.read_parquet(folder / f"{name}.parquet") for name in ("documents", "turns"))

    def run():
        corpus = Corpus(documents, turns, pd.DataFrame([], columns=ACCOUNT_COLUMNS))
        result = themekit.mine(corpus, encoder=method)
        leading = result.themes[result.themes["rank"] == 1]
        same = len(result.passages) == len(passages)
        return (result.topic_numbers if same else [0] * len(passages)), dict(
            zip(leading["author"], leading["concept"], strict=True)
        )

    return run, run


def peer_answer(method, _, passages):
    texts = passages["text"].tolist()
    if method == "top2vec":
        from top2vec import Top2Vec

        def whole():
            model = Top2Vec(texts, embedding_model="all-MiniLM-L6-v2", workers=2)
            return model.doc_top, {}

        return whole, whole
    import themekit

    encoder = themekit.find_encoder("static" if method == "bertopic static" else "minilm")
    if method == "bertopic static":
        from model2vec import StaticModel

        model = StaticModel.from_pretrained(encoder.folder)
        encode = model.encode
    else:
        from sentence_transformers import SentenceTransformer

        model = SentenceTransformer(encoder.name_or_path, local_files_only=True)
        encode = model.encode
    kept = {}
    if method == "turftopic":
        from turftopic import KeyNMF

        def fit():
            weights = KeyNMF(30, encoder=model).fit_transform(texts, embeddings=kept["vectors"])
            return weights.argmax(axis=1), {}
    else:
        from bertopic import BERTopic

        def fit():
            return BERTopic().fit_transform(texts, embeddings=kept["vectors"])[0], {}

    def run():
        kept["vectors"] = encode(texts)
        return fit()

    return run, fit


def told(name: str, n: int, chosen: list[str], turns: list[tuple[str, dict[str, float]]]) -> list[dict]:
    """Print the medians of one corpus as a table, with ratios to themekit's static answer."""
    print(f"\n## {name}: {n:,} passages; medians of {len(turns) // max(1, len(chosen))} turns\n")
    heads = ["method", "whole s", "(CPU)", "after imports s", "(CPU)", "given s", "(CPU)", "peak GB", "themes right",
             "topics agree", "whole, ratio", "after imports, ratio"]  # fmt: skip
    print(f"| {' | '.join(heads)} |\n|{' --- |' * len(heads)}")
    rows = []
    for method in chosen:
        own = [values for m, values in turns if m == method]
        row = {key: statistics.median(values[key] for values in own) for key in own[0]}
        rows.append(row | {"method": method, "corpus": name, "n_passages": n})
    base = dict(enumerate(values for method, values in turns if method == chosen[0]))
    for row in rows:
        own = [values for m, values in turns if m == row["method"]]
        ratio = {
            key: statistics.median(values[key] / base[turn][key] for turn, values in enumerate(own))
            for key in ("whole_cpu", "alone_cpu")
        }
        cells = [
            f"{row[key]:.1f}" for key in ("whole", "whole_cpu", "alone", "alone_cpu", "given", "given_cpu")
        ]
        cells += [f"{row['peak']:.2f}"]
        cells += ["" if row[key] != row[key] else f"{row[key]:.2f}" for key in ("right", "agreement")]
        cells += [f"{ratio['whole_cpu']:.1f}", f"{ratio['alone_cpu']:.1f}"]
        print(f"| {row['method']} | {' | '.join(cells)} |", flush=True)
    return rows


def plot(frame: pd.DataFrame, file: Path) -> None:
    """Draw processor seconds and peak memory against the number of passages."""
    import altair as alt

    log = alt.Scale(type="log")
    base = alt.Chart(frame).encode(
        x=alt.X("n_passages:Q", scale=log, title="passages"),
        color=alt.Color("method:N", title=None),
    )
    panels = [
        base.encode(y=alt.Y(f"{key}:Q", scale=log, title=title)).mark_line(point=True).properties(width=320, height=260)
        for key, title in (("alone_cpu", "processor seconds, after imports"), ("peak", "peak memory, GB"))
    ]  # fmt: skip
    alt.hconcat(*panels).properties(title="What an answer costs, by the size of the corpus").save(str(file))


if __name__ == "__main__":
    main()
