"""Who is speaking: turns under the right person, by file, on interviews that are not shipped.

What is right is written down here by hand, from reading the files: which labels a file
has, whose each is, and who asks. The labels are found with one plain pattern for
each file, by nothing that themekit uses, and compared word by word.

    python benchmarks/speakers.py [FOLDER]
"""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import themekit

FOLDER = Path(__file__).resolve().parent.parent.parent / "shared" / "corpora" / "interviews"

BOLD = r"^\*\*(?P<label>[^*\n]+?):?\*\*:?"
COLON = r"^(?P<label>[A-Z][A-Za-z ]{0,30}(?: \([A-Z]{2}\))?):(?= |$)"
TIMED = r"^(?P<label>[A-Z][a-z]+ [A-Z]\w+) \(\d\d:\d\d:\d\d\)(?::| -)"

ADAM, JEROD = "Adam Stacoviak", "Jerod Santo"
SAM, SID, DHH, MIREILLE = "Sam Soffes", "Sid Sijbrandij", "David Heinemeier Hansson", "Mireille Reece"
WIGGINS, MARK = "Adam Wiggins", "Mark McGranaghan"


@dataclass(frozen=True)
class Gold:
    """How a file labels its turns, whose each label is (None: nobody's), who of them asks, and who may do either."""

    pattern: str
    people: dict[str, str | None]
    ask: frozenset[str] = frozenset()
    either: frozenset[str] = frozenset()


def _gold(pattern: str, people: dict[str, str | None], *ask: str, either: tuple[str, ...] = ()) -> Gold:
    return Gold(pattern, people, frozenset(ask), frozenset(either))


def _same(*names: str) -> dict[str, str | None]:
    return {name: name for name in names}


BREAKS = {"Break": None, "Outro": None}
# The full names of the two hosts stand in a later file of the same series; this Jonas is not Jonas Nick.
PIETER = {"Pieter": "Pieter Wuille", "John": "John Newbery", "Jonas": "Adam Jonas"}
ALONE = {"John": "John Newbery", "Jonas": "Adam Jonas"}
MEETING = r"^(?P<label>[^\n:]{1,40}): "
LABELLED = {
    "changelog/founders-talk-38.md": _gold(BOLD, _same(ADAM, SAM) | BREAKS, ADAM),
    "changelog/founders-talk-39.md": _gold(BOLD, _same(ADAM, SAM) | BREAKS, ADAM),
    "changelog/founders-talk-51.md": _gold(BOLD, _same(ADAM, SAM) | BREAKS, ADAM),
    "changelog/founders-talk-70.md": _gold(BOLD, _same(ADAM, SID) | BREAKS, ADAM),
    "changelog/founders-talk-89.md": _gold(BOLD, _same(ADAM, SID) | BREAKS, ADAM),
    "changelog/the-changelog-672.md": _gold(BOLD, _same(ADAM, JEROD, SID) | BREAKS, ADAM, JEROD),
    "changelog/the-changelog-286.md": _gold(BOLD, _same(ADAM, JEROD, DHH) | BREAKS, ADAM, JEROD),
    "changelog/the-changelog-615.md": _gold(BOLD, _same(ADAM, JEROD, DHH) | BREAKS, ADAM, JEROD),
    # He runs the show and asks less than she does: read alone it is a conversation.
    "changelog/brain-science-12.md": _gold(
        BOLD, {ADAM: ADAM, "Mireille B. Reece, Psy.D": MIREILLE}, either=(ADAM,)
    ),
    "changelog/brain-science-20.md": _gold(
        BOLD, {ADAM: ADAM, "Mireille Reece, PsyD": MIREILLE}, either=(ADAM,)
    ),
    "bitcointranscripts/2020-01-28-pieter-wuille-part1.md": _gold(COLON, PIETER, "John Newbery", "Adam Jonas"),
    "bitcointranscripts/2020-01-28-pieter-wuille-part2.md": _gold(COLON, PIETER, "John Newbery", "Adam Jonas"),
    "bitcointranscripts/2019-06-09-ltb-pieter-wuille-jonas-nick.md": _gold(
        COLON,
        _same("Adam", "Stephanie", "Andreas", "Jonathan") | {"Pieter": "Pieter Wuille", "Jonas": "Jonas Nick"},
        "Adam", "Stephanie", "Andreas", "Jonathan",
    ),
    "bitcointranscripts/2020-03-12-matt-corallo-compact-blocks-fibre.md": _gold(
        COLON,
        {"Adam Jonas (AJ)": "Adam Jonas", "AJ": "Adam Jonas", "Matt Corallo (MC)": "Matt Corallo",
         "MC": "Matt Corallo", "John Newbery (JN)": "John Newbery", "JN": "John Newbery"},
        "Adam Jonas", "John Newbery",
    ),
    "bitcointranscripts/2021-02-11-matt-corallo-taproot-activation.md": _gold(
        COLON,
        {"Marty Bent (MB)": "Marty Bent", "MB": "Marty Bent", "Matt Corallo (MC)": "Matt Corallo", "MC": "Matt Corallo"},
        "Marty Bent",
    ),
    "bitcointranscripts/2021-03-04-matt-corallo.md": _gold(
        COLON, _same("Stephan Livera", "Matt Corallo"), "Stephan Livera"
    ),
    "metamuse/33-cities.txt": _gold(TIMED, _same(WIGGINS, MARK, "Devon Zuegel"), WIGGINS, MARK),
    "metamuse/47-designing-creative-tools.txt": _gold(
        COLON, _same(WIGGINS, "David Hoang") | {"Mark McGranahan": MARK}, WIGGINS, MARK
    ),
    "metamuse/72-remote-work.txt": _gold(TIMED, _same(WIGGINS, MARK)),
    "metamuse/84-retrospective.txt": _gold(TIMED, _same(WIGGINS, MARK)),
}  # fmt: skip
MEETINGS = (
    "ethereum-pm/2026-02-05_174_transcript.vtt", "ethereum-pm/2026-02-19_175_transcript.vtt",
    "ethereum-pm/2026-06-25_181_transcript_corrected.vtt",
)  # fmt: skip
VOICES = (
    "podcast-namespace/example.vtt",
    "ableplayer/itaccess_captions_en.vtt",
    "ableplayer/itaccess_subtitles_es.vtt",
)
SPELT = {"Pablo Molinda": "Pablo Molina", "Mark McGranahan": MARK, "Mireille B. Reece, Psy.D": MIREILLE,
         "Mireille Reece, PsyD": MIREILLE}  # fmt: skip
Words = list[tuple[str, str | None]]


def gold_words(path: Path, name: str) -> list[Words]:  # noqa: PLR0911 - one way for each kind of file
    """Return the turns of a file, each as its words with their person."""
    raw = path.read_text(encoding="utf-8").replace("\r\n", "\n")
    if name in LABELLED:
        return _labelled(raw, LABELLED[name])
    if name in MEETINGS:
        cues = re.findall(r"-->.*\n([^\n:]{1,40}): (.*(?:\n(?!\n|\d+\n).+)*)", raw)
        return _turns(cues)
    if name in VOICES:
        return _turns(_carried(re.findall(r"-->.*\n(?:<v ([^>]+)>)?((?:.+\n?)+)", raw)))
    if name.endswith("example.srt"):
        return _turns(_carried(re.findall(r"-->.*\n(?:(Travis|Gilon|Sarah): )?((?:.+\n?)+)", raw)))
    if name.endswith("example.html"):
        return _turns([(w, p) for w, p in re.findall(r"<cite>(.*?):</cite>.*?<p>(.*?)</p>", raw, re.DOTALL)])
    content = json.loads(raw)
    if name.endswith("example.json"):
        return _turns([(s["speaker"], s["body"]) for s in content["segments"]])
    if name.endswith("66-business-of-apps.json"):
        said = [(s["speaker_name"], "".join(w["word"] for w in s["wdlist"])) for s in content["segments"]]
        return _turns(said)
    return _turns([(f"unknown ({path.name})", content["text"])])


def _labelled(raw: str, gold: Gold) -> list[Words]:
    body = re.sub(r"\A---\n.*?\n---\n", "", raw, flags=re.DOTALL)
    body = re.sub(r"^#+ .*$", "", body, flags=re.MULTILINE)
    found = [m for m in re.finditer(gold.pattern, body, re.MULTILINE) if m["label"] in gold.people]
    ends = [m.start() for m in found[1:]] + [len(body)]
    said = [(gold.people[m["label"]], body[m.end() : end]) for m, end in zip(found, ends, strict=True)]
    return [[(w, who) for w in words(text)] for who, text in said]


def _carried(cues: list[tuple[str, str]]) -> list[tuple[str, str]]:
    carried, who = [], ""
    for name, text in cues:
        who = name.strip() or who
        carried.append((who, text))
    return carried


def _turns(said: list[tuple[str, str]]) -> list[Words]:
    turns: list[tuple[str, list[str]]] = []
    for who, text in said:
        who = SPELT.get(who, who)
        if turns and turns[-1][0] == who:
            turns[-1][1].append(text)
        else:
            turns.append((who, [text]))
    return [[(w, who) for w in words(" ".join(texts))] for who, texts in turns]


def words(text: str) -> list[str]:
    """Return bare lower-case words; time codes, tags and sounds in brackets are none."""
    text = unescape(re.sub(r"<[^>\n]+>|\]\([^)\n]*\)|https?://\S+", " ", text)).replace("\\", "")
    text = re.sub(r"\[\d\d?:\d\d(?::\d\d)?(?:\.\d+)?\]", " ", text)
    return re.findall(r"[^\W_]+", text.lower())


def ours(corpus: themekit.Corpus, document_id: str) -> list[tuple[str, str | None, str]]:
    """Return the words that themekit read, each with its author and role."""
    text = corpus.documents.set_index("document_id").loc[document_id, "text"]
    turns = corpus.turns[corpus.turns["document_id"] == document_id]
    return [
        (w, t.author, t.role)
        for t in turns.itertuples(index=False)
        for w in words(re.sub(r"\[[a-z ]+\]", lambda m: m[0], text[t.start : t.end]))
    ]


def compare(
    gold: list[Words], read: list[tuple[str, str | None, str]]
) -> list[list[tuple[str | None, str | None, str]]]:
    """Set the words of each turn beside those that were read: ``(right person, person read, role read)``.

    Both run in the same order; where a word is missing on one side, the next five that agree are looked for.
    """
    flat = [(w, who, i) for i, turn in enumerate(gold) for w, who in turn]
    found: list[list[tuple[str | None, str | None, str]]] = [[] for _ in gold]
    i = j = 0
    while i < len(flat):
        if j < len(read) and flat[i][0] == read[j][0]:
            found[flat[i][2]].append((flat[i][1], *read[j][1:]))
            i, j = i + 1, j + 1
            continue
        ahead = _ahead([w for w, *_ in flat[i : i + _FAR]], [w for w, *_ in read[j : j + _FAR]])
        if not ahead:
            found[flat[i][2]].append((flat[i][1], "(not read)", ""))
            i += 1
            continue
        a, b = ahead
        for k in range(i, i + a):
            found[flat[k][2]].append((flat[k][1], "(not read)", ""))
        i, j = i + a, j + b
    return found


_FAR = 300
_ALIKE = 5


def _ahead(one: list[str], other: list[str]) -> tuple[int, int] | None:
    """Return how far it is on both sides to where the next words agree."""
    places = {tuple(other[b : b + _ALIKE]): b for b in reversed(range(len(other) - _ALIKE + 1))}
    found = [
        (a + places[key], a, places[key])
        for a in range(len(one) - _ALIKE + 1)
        if (key := tuple(one[a : a + _ALIKE])) in places
    ]
    return min(found)[1:] if found else None


def row(
    name: str, corpus: themekit.Corpus, document_id: str, folder: Path, same: dict[str, str]
) -> dict[str, object]:
    """Return one line of the table."""
    gold = [turn for turn in gold_words(folder / name, name) if turn]
    set_beside = compare(gold, ours(corpus, document_id))
    right = wrong_role = n_asked = 0
    asks = (
        LABELLED[name].ask if name in LABELLED else frozenset({WIGGINS, "Adam Wolf"} if "66" in name else ())
    )
    either = LABELLED[name].either if name in LABELLED else frozenset()
    bad = []
    for turn, said in zip(gold, set_beside, strict=True):
        who = turn[0][1]
        is_right = all((same.get(read, read) if read else None) == who for _, read, _ in said)
        right += is_right
        if not is_right:
            bad.append((who, [s for s in said if s[1] != who][:1], " ".join(w for w, _ in turn[:8])))
        for _, read, role in said:
            n_asked += who in asks and (role == "guest" or (read is not None and same.get(read, read) != who))
            wrong_role += (
                who is not None
                and who not in either
                and role not in {"", "unknown"}
                and (role == "interviewer") != (who in asks)
            )
    return { "turns": len(gold), "right": right, "words": sum(map(len, gold)), "asked": n_asked,
            "roles": wrong_role, "bad": bad}  # fmt: skip


def main() -> None:
    """Print the table."""
    given = [a for a in sys.argv[1:] if a != "-v"]
    folder = Path(given[0]) if given else FOLDER
    if not folder.is_dir():
        sys.exit(f"seen no folder {folder}; expected interviews; give the folder that holds them")
    together = themekit.read(folder, interviewers=True)
    same = _people(together)
    print(
        "| file | turns | right, read alone | right, read together | words of who asks counted for a guest | words in a wrong role |"
    )
    print("| --- | --- | --- | --- | --- | --- |")
    total = dict.fromkeys(("turns", "alone", "right", "asked", "roles"), 0)
    sources = dict(zip(together.documents["source"], together.documents["document_id"], strict=True))
    names = [*LABELLED, *MEETINGS, *VOICES, *(f"podcast-namespace/example.{e}" for e in ("srt", "html", "json")),
             "metamuse/66-business-of-apps.json", "whisper-json/whisper_output.json"]  # fmt: skip
    for name in names:
        by_itself = themekit.read(folder / name, interviewers=True)
        alone = row(
            name,
            by_itself,
            by_itself.documents["document_id"].item(),
            folder,
            same | _people(by_itself) | (ALONE if "pieter-wuille-part" in name else {}),
        )
        known = sources.get(str(folder / name))
        beside = row(name, together, known, folder, same) if known else None
        told = beside or alone
        right = f"{told['right']}" if beside else "(the same text as another)"
        print(
            f"| {name} | {told['turns']} | {alone['right']} | {right} | {alone['asked']} | {alone['roles']} |"
        )
        for key, value in (("turns", told["turns"]), ("alone", alone["right"]), ("right", told["right"]),
                           ("asked", alone["asked"]), ("roles", alone["roles"])):  # fmt: skip
            total[key] += int(str(value))
        if "-v" in sys.argv:
            for bad in (alone["bad"], told["bad"]):
                print("   ", bad[:4])  # type: ignore[index]
    print(
        f"| all {len(names)} | {total['turns']} | {total['alone']} | {total['right']} | {total['asked']} | {total['roles']} |"
    )


def _people(corpus: themekit.Corpus) -> dict[str, str]:
    """Map each author to the name written down here; the file in brackets, and how a name is spelt, are not what is asked."""
    return {
        a: SPELT.get(re.sub(r" \([\w.-]+\.\w+\)$", "", a), re.sub(r" \((?!whisper)[\w.-]+\.\w+\)$", "", a))
        for a in corpus.turns["author"].dropna().unique()
    }


if __name__ == "__main__":
    main()
