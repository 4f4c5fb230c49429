"""Judgements: what readers say of the quotes, kept beside the corpus, and what follows from it.

``judgements.yml`` lies in the folder of the corpus, in plain text, with who and when. Each act is saved at once: what
others have written meanwhile is read first and joined (:mod:`themekit.acts`), under a lock, and the file is replaced
whole. An act that cannot be saved is kept, said, and saved with the next that can.
"""

from __future__ import annotations

import errno
import os
import tempfile
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from themekit import acts as _acts
from themekit.acts import SCHEMA, Act, Edit, Judgement, JudgementsFileError, Part
from themekit.readers.document import count
from themekit.sharpening import Sharpened, halves, proposals, sharpen

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

__all__ = [
    "SCHEMA", "Edit", "Judgement", "Judgements", "JudgementsFileError", "JudgementsNotSavedError", "Part", "Sharpened", "agreement",
    "disagreements", "halves", "proposals", "resolve", "sharpen",
]  # fmt: skip

FILE = "judgements.yml"
TABLE_COLUMNS = [
    "judge", "when", "theme", "document_id", "source", "start", "end", "quote", "answer", "note", "origin",
]  # fmt: skip
_PATIENCE = 10.0  # seconds to wait for another process that is writing


class JudgementsNotSavedError(OSError):
    """What was judged is kept in memory and is not on the disk."""


@dataclass(eq=False)
class Judgements:
    """What readers said of the quotes of a corpus; made by :meth:`open`.

    Attributes
    ----------
    path : pathlib.Path
        The file.
    judge : str or None
        Who acts here; None only reads.

    Examples
    --------
    >>> import tempfile
    >>> folder = tempfile.mkdtemp()
    >>> desk = Judgements.open(folder, judge="Ann")
    >>> quote = dict(document_id="d1", start=0, end=26, quote="We mended the gate again.")
    >>> _ = desk.add(theme="repair", answer="yes", **quote)
    >>> Judgements.open(folder, judge="Bo").table[["judge", "theme", "answer"]].values.tolist()
    [['Ann', 'repair', 'yes']]
    >>> _ = desk.undo()
    >>> len(Judgements.open(folder).table)
    0
    """

    path: Path
    judge: str | None = None
    _disk: list[Act] = field(default_factory=list, repr=False)
    _pending: list[Act] = field(default_factory=list, repr=False)
    _raw: bytes | None = field(default=None, repr=False)

    @classmethod
    def open(cls, path: str | os.PathLike[str], *, judge: str | None = None) -> Judgements:
        """Open the judgements of a corpus; the file is made with the first of them.

        Parameters
        ----------
        path : str or path
            The folder of the corpus, or a file in it: ``judgements.yml`` lies there. A YAML file is taken as it is.
        judge : str, optional
            Who judges. Without, there is only something to read.

        Raises
        ------
        JudgementsFileError
            If the file is not as it should be; it is left alone.
        """
        place = Path(path)
        if place.suffix.lower() not in {".yml", ".yaml"}:
            place = (place.parent if place.is_file() else place) / FILE
        if not place.parent.is_dir():
            raise JudgementsFileError(
                f"seen no folder {str(place.parent)!r}; expected the one of the corpus; check the path"
            )
        if judge is not None and not judge.strip():
            raise ValueError("seen an empty name for judge; expected who judges; pass judge='Your name'")
        opened = cls(place.resolve(), None if judge is None else judge.strip())
        opened.refresh()
        return opened

    def refresh(self) -> None:
        """Read what others have written meanwhile.

        Raises
        ------
        JudgementsFileError
            If the file cannot be read, or is not as it should be.
        """
        try:
            raw = self.path.read_bytes() if self.path.exists() else b""
            if raw != self._raw:
                self._disk = _acts.from_text(raw.decode("utf-8-sig"), str(self.path)) if raw.strip() else []
                self._raw = raw
        except OSError as error:
            raise JudgementsFileError(
                f"seen {_said(error)} on reading {str(self.path)!r}; expected a file of judgements; "
                "look at the rights of the file"
            ) from error
        except UnicodeDecodeError as error:
            raise JudgementsFileError(
                f"seen bytes that are no UTF-8 in {str(self.path)!r}; expected a file that themekit wrote; the file was "
                "left as it is: save it as UTF-8, or move it away"
            ) from error

    def add(
        self, *, theme: str, document_id: str, start: int, end: int, quote: str, answer: str, note: str = "",
        source: str = "", origin: str = "proposed",
    ) -> Judgement:  # fmt: skip
        """Say of a passage whether it shows a theme; saved at once.

        Parameters
        ----------
        theme : str
        document_id : str
        start, end : int
            Characters of the document's text.
        quote : str
            That slice.
        answer : {"yes", "no", "unsure"}
        note, source : str, optional
        origin : {"proposed", "marked"}, default "proposed"
            ``marked`` for a quote that the reader found.

        Raises
        ------
        JudgementsNotSavedError
            If it could not be written. It is kept in memory, counts here, and is written with the next that can be.
        """
        judgement = Judgement(
            self._who(), self._next(), theme.strip(), str(document_id), source, int(start), int(end),
            _writable(quote), answer, _writable(note), origin,
        )  # fmt: skip
        _check(judgement)
        self._do(judgement)
        return judgement

    def undo(self) -> Act | None:
        """Take this judge's last act back, of this session or an earlier one; what was said before it counts again.

        Returns
        -------
        Judgement or Edit or None
            What was taken back; None where there is nothing.
        """
        with suppress(JudgementsFileError):  # saving will tell
            self.refresh()
        own = [act for act in self._whole() if act.judge == self._who() and not act.withdrawn]
        if not own:
            return None
        last = max(own, key=lambda act: (act.when, repr(act)))
        self._do(replace(last, withdrawn=self._next()))
        return last

    def rename(self, theme: str, name: str, gloss: str = "") -> Edit:
        """Give a theme, or a thread without a name, another name and a gloss."""
        name = self._free(name, {theme})
        return self._edit("rename", [theme], [Part(name, gloss.strip())])

    def merge(self, themes: Iterable[str], into: str, gloss: str = "") -> Edit:
        """Make several themes one."""
        merged = list(dict.fromkeys(themes))
        if len(merged) < 2:  # noqa: PLR2004 - two make one
            raise ValueError(f"seen {merged!r} to merge; expected two themes or more; name them")
        return self._edit("merge", merged, [Part(self._free(into, set(merged)), gloss.strip())])

    def split(
        self,
        theme: str,
        into: Mapping[str, Iterable[Judgement | tuple[str, int, int]]],
        glosses: Mapping[str, str] | None = None,
    ) -> Edit:
        """Make several themes of one: passages go to new themes, those not named stay.

        Parameters
        ----------
        theme : str
        into : mapping of str to iterables
            The new themes' names, each with judgements (or their ``place``: document, start, end).
        glosses : mapping of str to str, optional
        """
        parts = []
        for name, moved in into.items():
            places = tuple(sorted({m.place if isinstance(m, Judgement) else m for m in moved}))
            parts.append(Part(self._free(name, {theme}), (glosses or {}).get(name, "").strip(), places))
        named = [place for part in parts for place in part.places]
        if not named or len(named) > len(set(named)) or not all(part.places for part in parts):
            raise ValueError(
                f"seen {len(named)} passages for {len(parts)} new themes of {theme!r}; expected some for each, and each "
                "passage once; give {name: [judgements...]}"
            )
        return self._edit("split", [theme], parts)

    def called(self, theme: str) -> str:
        """Return what a theme is called now, after it was renamed or merged."""
        return _acts.called(theme, None, self._edits)

    @property
    def judgements(self) -> list[Judgement]:
        """What counts: the latest that each judge said of each passage and theme, in the order of the texts."""
        return _acts.standing(self._whole())

    @property
    def table(self) -> pd.DataFrame:
        """``judge, when, theme, document_id, source, start, end, quote, answer, note, origin`` of what counts."""
        rows = [asdict(judgement) for judgement in self.judgements]
        return pd.DataFrame(rows, columns=TABLE_COLUMNS).astype({"start": "int64", "end": "int64"})

    def for_theme(self, theme: str) -> pd.DataFrame:
        """Return what counts of one theme, by the name that it has now or had before; columns as :attr:`table`."""
        frame = self.table
        return frame[frame["theme"] == self.called(theme)].reset_index(drop=True)

    @property
    def themes(self) -> pd.DataFrame:
        """``theme, gloss, made_of, n_yes, n_no, n_unsure, n_judges`` of every theme that was judged or edited."""
        whole, edits = self._whole(), self._edits
        stored = {act.theme for act in whole if isinstance(act, Judgement) and not act.withdrawn}
        glosses = {part.name: part.gloss for edit in edits for part in edit.into if part.gloss}
        made = _acts.origins(stored, edits)
        table = self.table
        rows = []
        for theme in sorted(made):
            own = table[table["theme"] == theme]
            counts = [int((own["answer"] == answer).sum()) for answer in _acts.ANSWERS]
            rows.append(
                (theme, glosses.get(theme, ""), tuple(sorted(made[theme])), *counts, own["judge"].nunique())
            )
        columns = ["theme", "gloss", "made_of", "n_yes", "n_no", "n_unsure", "n_judges"]
        return pd.DataFrame(rows, columns=columns)

    @property
    def acts(self) -> list[Act]:
        """All that was done, by time, what was withdrawn included."""
        return sorted(self._whole(), key=_acts.in_order)

    @property
    def n_unsaved(self) -> int:
        """How many acts are in memory only."""
        return len(self._pending)

    def include(self, path: str | os.PathLike[str]) -> int:
        """Take in what another file of judgements holds, and save; returns how many acts were new.

        For two people who each have a copy: in any order, as often as one likes.
        """
        other = Judgements.open(path)
        if not other.path.exists():
            raise JudgementsFileError(
                f"seen no file {str(other.path)!r}; expected judgements; check the path"
            )
        known = set(self._whole())
        new = [act for act in other._whole() if act not in known]  # noqa: SLF001 - one of its kind
        self._do(*new)
        return len(new)

    def save(self) -> None:
        """Write what is not written yet, joined with what others have written.

        Raises
        ------
        JudgementsNotSavedError
            If that fails; nothing is lost as long as this object lives.
        """
        from filelock import FileLock, Timeout  # noqa: PLC0415 - only where a file is written

        if not self._pending:
            return
        try:
            if not self.path.parent.is_dir():  # a lock would make one
                raise FileNotFoundError(errno.ENOENT, "no such folder")
            with FileLock(self.path.with_name(f".{self.path.name}.lock"), timeout=_PATIENCE):
                self.refresh()
                whole = self._whole()
                raw = _acts.to_text(whole).encode("utf-8")
                _replace(self.path, raw)
        except Timeout as error:
            raise self._not_saved(
                f"another process has held the file for {_PATIENCE:.0f} seconds", "close it"
            ) from error
        except JudgementsFileError as error:
            raise self._not_saved(str(error), "put the file right") from error
        except OSError as error:
            advice = "make room" if error.errno in _FULL else "look at the rights of the folder"
            raise self._not_saved(_said(error), advice) from error
        self._disk, self._raw = whole, raw
        self._pending = []

    def _not_saved(self, seen: str, advice: str) -> JudgementsNotSavedError:
        n = len(self._pending)
        return JudgementsNotSavedError(
            f"seen {seen}; expected to write {count(n, 'act')} into {str(self.path)!r}; nothing is lost as long as "
            f"this stays open: {advice}, then call save() or judge on"
        )

    def _do(self, *done: Act) -> None:
        self._pending += done
        self.save()

    def _edit(self, edit: str, themes: list[str], into: list[Part]) -> Edit:
        act = Edit(self._who(), self._next(), edit, tuple(themes), tuple(into))
        self._do(act)
        return act

    def _whole(self) -> list[Act]:
        return _acts.join(self._disk, self._pending)

    @property
    def _edits(self) -> list[Edit]:
        edits = [act for act in self._whole() if isinstance(act, Edit) and not act.withdrawn]
        return sorted(edits, key=_acts.in_order)

    def _free(self, name: str, own: set[str]) -> str:
        """Return a name for a theme if no other theme has it."""
        name = " ".join(name.split())
        taken = set(self.themes["theme"]) - own
        if not name or name in taken:
            raise ValueError(
                f"seen the name {name!r}{', which another theme has' if name else ''}; expected a new one; give another, "
                "or merge the two"
            )
        return name

    def _who(self) -> str:
        if self.judge is None:
            raise ValueError("seen nobody to judge; expected a name; open with judge='Your name'")
        return self.judge

    def _next(self) -> str:
        """Return the time now, but later than this judge's last act: that is how acts are told apart and ordered."""
        now = datetime.now(UTC).replace(microsecond=0)
        own = [max(act.when, act.withdrawn) for act in self._whole() if act.judge == self._who()]
        if own:
            now = max(now, datetime.strptime(max(own), _FORMAT).replace(tzinfo=UTC) + timedelta(seconds=1))
        return now.strftime(_FORMAT)

    def __repr__(self) -> str:
        """Say in one line what is in it."""
        table = self.table
        unsaved = f", {self.n_unsaved} not saved" if self.n_unsaved else ""
        return (
            f"<Judgements: {len(table)} of {table['theme'].nunique()} themes by {table['judge'].nunique()} judges{unsaved}; "
            f"{self.path.name}>"
        )


_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}


def resolve(path: str | os.PathLike[str]) -> int:
    """Put a file right in which git left a conflict: all that either side holds is kept.

    Parameters
    ----------
    path : str or path
        As for :meth:`Judgements.open`.

    Returns
    -------
    int
        How many acts the file holds now.

    Raises
    ------
    JudgementsFileError
        If one of the sides is not as it should be; the file is left as it is.
    """
    file = Path(path)
    file = file if file.suffix.lower() in {".yml", ".yaml"} else file / FILE
    text = file.read_bytes().decode("utf-8-sig")
    whole = _acts.join(*(_acts.from_text(side, str(file)) for side in _acts.sides(text)))
    _replace(file, _acts.to_text(whole).encode("utf-8"))
    return len(whole)


def agreement(judgements: Judgements, *, n_bootstrap: int = 1000, seed: int = 0) -> pd.DataFrame:
    """Say how far judges agree on each theme, beyond what chance would give: Krippendorff's alpha.

    Parameters
    ----------
    judgements : Judgements
    n_bootstrap : int, default 1000
        Documents are resampled so often for the interval: passages of one document are not independent.
    seed : int, default 0

    Returns
    -------
    pandas.DataFrame
        ``theme, n_judges, n_passages, n_documents, agreed, alpha, low, high, reason``; of the passages that two judges or more
        have judged. ``agreed`` is the share on which all said the same; ``alpha`` is 1 for perfect agreement and 0 for what chance
        gives, on the order no, unsure, yes; ``low, high`` is a 95 % interval. ``reason`` says why there is none.

    See Also
    --------
    themekit.judgements.disagreements : What to talk about.

    Examples
    --------
    >>> import tempfile
    >>> folder = tempfile.mkdtemp()
    >>> for judge, answers in (("Ann", "yyn"), ("Bo", "yyn")):
    ...     desk = Judgements.open(folder, judge=judge)
    ...     for i, letter in enumerate(answers):
    ...         said = {"y": "yes", "n": "no"}[letter]
    ...         _ = desk.add(theme="repair", document_id=f"d{i}", start=0, end=9, quote="The gate.", answer=said)
    >>> agreement(desk)[["theme", "alpha"]].values.tolist()
    [['repair', 1.0]]

    Notes
    -----
    By the library ``krippendorff`` [1]_. Resampled documents on which all answers are the same have no alpha and are left out.

    .. [1] Castro, S. (2017). Fast Krippendorff: Fast computation of Krippendorff's alpha agreement measure.
    """
    columns = ["theme", "n_judges", "n_passages", "n_documents", "agreed", "alpha", "low", "high", "reason"]
    rows = [
        (theme, *_agreed(units, n_bootstrap, np.random.default_rng([seed, i])))
        for i, (theme, units) in enumerate(_shared_units(judgements).groupby(level="theme"))
    ]
    return pd.DataFrame(rows, columns=columns)


def _shared_units(judgements: Judgements) -> pd.DataFrame:
    """Return answers as numbers, a row to each theme and passage that several judged, a column to each judge."""
    frame = judgements.table.assign(value=lambda f: f["answer"].map(_VALUES))
    units = frame.pivot_table(
        index=["theme", "document_id", "start", "end"], columns="judge", values="value", aggfunc="last"
    )
    shared: pd.DataFrame = units[units.notna().sum(axis=1) >= 2]  # noqa: PLR2004 - two can agree
    return shared


_VALUES = {"no": 0, "unsure": 1, "yes": 2}


def _agreed(units: pd.DataFrame, n_bootstrap: int, rng: np.random.Generator) -> tuple[object, ...]:
    units = units.dropna(axis="columns", how="all")
    agreed = float((units.max(axis=1) == units.min(axis=1)).mean())
    counts = np.stack([(units == value).sum(axis=1).to_numpy() for value in _VALUES.values()], axis=1)
    documents = pd.factorize(units.index.get_level_values("document_id"))[0]
    n = int(documents.max()) + 1
    head = (units.shape[1], len(units), n, agreed)
    alpha = _alpha(counts)
    if np.isnan(alpha):
        return *head, alpha, np.nan, np.nan, "all answers are the same: nothing tells agreement from habit"
    if n < 2:  # noqa: PLR2004 - one document has no spread
        return *head, alpha, np.nan, np.nan, "one document: nothing to resample"
    draws = (rng.integers(n, size=n) for _ in range(n_bootstrap))
    held = [np.flatnonzero(documents == i) for i in range(n)]
    alphas = np.array([_alpha(counts[np.concatenate([held[i] for i in draw])]) for draw in draws])
    low, high = np.nanpercentile(alphas, [2.5, 97.5])
    return *head, alpha, float(low), float(high), None


def _alpha(counts: NDArray[np.int64]) -> float:
    """Return Krippendorff's alpha of the answers to each passage, by how often each was given."""
    if (counts.sum(axis=0) > 0).sum() < 2:  # noqa: PLR2004 - one answer alone has no alpha
        return float("nan")
    import krippendorff  # noqa: PLC0415 - only where judges are compared

    return float(
        krippendorff.alpha(
            value_counts=counts, value_domain=list(_VALUES.values()), level_of_measurement="ordinal"
        )
    )


def disagreements(judgements: Judgements) -> pd.DataFrame:
    """Return the passages that judges differ on, to talk about: first those with a yes and a no.

    Returns
    -------
    pandas.DataFrame
        ``theme, document_id, source, start, end, quote, yes, no, unsure, notes``; ``yes``, ``no`` and ``unsure`` name the judges,
        ``notes`` is what they wrote.

    Examples
    --------
    >>> import tempfile
    >>> folder = tempfile.mkdtemp()
    >>> for judge, answer in (("Ann", "yes"), ("Bo", "no")):
    ...     desk = Judgements.open(folder, judge=judge)
    ...     _ = desk.add(theme="repair", document_id="d1", start=0, end=9, quote="The gate.", answer=answer)
    >>> disagreements(desk)[["quote", "yes", "no"]].values.tolist()
    [['The gate.', 'Ann', 'Bo']]
    """
    place = ["theme", "document_id", "source", "start", "end", "quote"]
    rows = []
    for at, said in judgements.table.groupby(["theme", "document_id", "start", "end"], sort=False):
        if len(set(said["answer"])) > 1:
            who = [", ".join(said.loc[said["answer"] == answer, "judge"]) for answer in _acts.ANSWERS]
            notes = "; ".join(f"{j}: {n}" for j, n in zip(said["judge"], said["note"], strict=True) if n)
            rows.append(
                (at[0], at[1], said["source"].iloc[0], at[2], at[3], said["quote"].iloc[0], *who, notes)
            )
    frame = pd.DataFrame(rows, columns=[*place, *_acts.ANSWERS, "notes"])
    is_plain = (frame["yes"] != "") & (frame["no"] != "")
    return frame.assign(plain=~is_plain).sort_values(["theme", "plain"], kind="stable").drop(columns="plain").reset_index(drop=True)  # fmt: skip


def _check(judgement: Judgement) -> None:
    names = {f.name for f in fields(judgement)}
    wrong = {
        "answer": judgement.answer not in _acts.ANSWERS,
        "origin": judgement.origin not in _acts.ORIGINS,
        "theme": not judgement.theme,
        "end": not 0 <= judgement.start < judgement.end,
    }
    for name in (n for n in wrong if wrong[n] and n in names):
        expected = {
            "answer": _acts.ANSWERS,
            "origin": _acts.ORIGINS,
            "theme": "a name",
            "end": "0 <= start < end",
        }
        raise ValueError(
            f"seen {name} {getattr(judgement, name)!r}; expected {expected[name]}; nothing was added: correct it"
        )


def _writable(text: str) -> str:
    """Return text without halves of characters, which no file in UTF-8 can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _said(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def _replace(path: Path, raw: bytes) -> None:
    """Write a file whole or not at all: what was there stays until all of the new is on the disk."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
