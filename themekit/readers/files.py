"""Which files there are under a path, and how their bytes come in.

Folders and zip archives are walked alike. What is left out or cannot be opened
comes back as an account line, so that nothing disappears without a word.
Safety is settled here once for all readers: nothing is unpacked to disk, links
to folders are not followed, only regular files are opened, and no file brings
more than :data:`MAX_BYTES` as it lies there, :data:`MAX_UNPACKED` once unpacked,
:data:`MAX_TEXT` of text, :data:`MAX_XML` of XML or :data:`MAX_PIECES` paragraphs, cells
and changes of type in a package (a long novel has about 20,000). One file is read at a time:
at these limits 19 MB of plain text took 0.4 GB, so many paragraphs of two letters in Word 0.3 GB
and 24 seconds of a processor (time grows with their number, and no faster).
"""

from __future__ import annotations

import io
import os
import re
import stat
import zipfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from themekit.readers.document import Action, UnreadableFileError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pathspec import GitIgnoreSpec

MAX_BYTES = 100 * 2**20
MAX_UNPACKED = 4 * MAX_BYTES
MAX_TEXT = 20 * 2**20
MAX_XML = MAX_TEXT
MAX_PIECES = 200_000
IGNORE_FILE = ".themekitignore"
ARCHIVE = ".zip"

# The rules of .gitignore, matched against lower-case names; a line "!drafts/" in the user's own file lifts one.
DEFAULT_RULES = {
    ".*": "hidden",
    "drafts/": "drafts", "_drafts/": "drafts", "draft/": "drafts",
    "templates/": "templates", "_templates/": "templates", "template/": "templates",
    "_layouts/": "templates", "_includes/": "templates", "layouts/": "templates", "archetypes/": "templates",
    "_site/": "made from other files here", "node_modules/": "programs", "__macosx/": "not texts",
}  # fmt: skip
# Files about a folder, not texts of its author.
_ABOUT = re.compile(
    r"(?:readme\b.*|licen[cs]e(?:-[\w.-]+)?|copying|notice|changelog|contributing|code_of_conduct|sources)(?:\.\w+)?",
    re.IGNORECASE,
)


class Line(NamedTuple):
    """A line of the account."""

    source: str
    entry: str | None
    action: Action
    detail: str


@dataclass(frozen=True)
class File:
    """A file that may be read.

    ``source`` is the path as one would type it, ``entry`` the member of an archive,
    ``relative`` its place under the path that was given, ``root`` that path's own name.
    """

    source: str
    relative: PurePosixPath
    root: str
    load: Callable[[], bytes]
    entry: str | None = None

    @classmethod
    def at(cls, path: Path, source: PurePosixPath, relative: PurePosixPath, root: str) -> File:
        """Return the file at a path; what is not Unicode in its name is shown as U+FFFD."""
        return cls(
            _shown(str(source)),
            PurePosixPath(_shown(str(relative))),
            _shown(root),
            partial(_load, path),
        )


def find(typed: str) -> Iterator[File | Line]:
    """Yield the files under a path, in order of name, and a line for each that is left out."""
    path = Path(typed).expanduser()
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        raise FileNotFoundError(
            f"seen no file or folder at {typed!r}; expected one; check the spelling; paths count from {str(Path.cwd())!r}",
        ) from None
    except OSError as error:
        yield Line(_shown(typed), None, "failed", _why(error))
        return
    base = PurePosixPath(path.as_posix())
    if stat.S_ISDIR(mode):
        yield from _folder(path, base)
    else:
        file = File.at(path, base, PurePosixPath(path.name), _own_name(path, typed, stem=True))
        yield from _opened(file, PurePosixPath())


def _shown(path: str) -> str:
    """Return a path that can be written down: the system's names are bytes, and not always UTF-8."""
    return os.fsencode(path).decode("utf-8", errors="replace")


def _own_name(path: Path, typed: str, *, stem: bool) -> str:
    resolved = path.resolve()
    return (resolved.stem if stem else resolved.name) or typed


def _folder(path: Path, base: PurePosixPath) -> Iterator[File | Line]:
    root = _own_name(path, str(base), stem=False)
    rules = _Rules.of(path)
    unreadable: list[OSError] = []
    for here, subfolders, names in os.walk(path, onerror=unreadable.append):
        inside = PurePosixPath(Path(here).relative_to(path).as_posix())
        for name in sorted(subfolders):
            reason = (
                "a link to a folder: not followed"
                if Path(here, name).is_symlink()
                else rules.why(f"{inside / name}/")
            )
            if reason:
                subfolders.remove(name)
                yield Line(f"{_shown(str(base / inside / name))}/", None, "left out", reason)
        subfolders.sort()
        for name in sorted(names):
            file = File.at(Path(here, name), base / inside / name, inside / name, root)
            if name == IGNORE_FILE:
                continue
            if reason := rules.why(str(inside / name)):
                yield Line(file.source, None, "left out", reason)
            else:
                yield from _opened(file, file.relative.with_suffix(""))
    for error in unreadable:
        yield Line(_shown(Path(str(error.filename)).as_posix()), None, "failed", _why(error))


def _opened(file: File, inside: PurePosixPath) -> Iterator[File | Line]:
    """Yield a file, or the members of an archive as if they lay in a folder of its name."""
    if file.relative.suffix.lower() != ARCHIVE:
        yield file
        return
    try:
        archive = open_zip(file.load())
    except (UnreadableFileError, OSError) as error:
        yield Line(file.source, None, "failed", _why(error))
        return
    rules = _Rules()
    for info in sorted(archive.infolist(), key=lambda m: m.filename):
        name = info.filename.replace("\\", "/")
        place = PurePosixPath(name)
        if info.is_dir():
            continue
        if place.is_absolute() or ".." in place.parts or re.match(r"[A-Za-z]:", name):
            yield Line(file.source, name, "left out", "its name leads out of the archive")
        elif place.suffix.lower() == ARCHIVE:
            yield Line(file.source, name, "not read", "an archive in an archive: unpack it to have it read")
        elif reason := rules.why_any(place):
            yield Line(file.source, name, "left out", reason)
        else:
            yield File(file.source, inside / place, file.root, partial(member, archive, info), name)


def open_zip(data: bytes) -> zipfile.ZipFile:
    """Open a zip archive that unpacks to a bearable size."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError) as error:
        raise UnreadableFileError(
            f"seen a damaged archive ({error}); expected a zip file; save or pack it anew",
        ) from error
    # zipfile never gives more of a member than the directory says, so that the sum is a bound.
    total = sum(member.file_size for member in archive.infolist())
    if total > MAX_UNPACKED:
        raise UnreadableFileError(
            f"seen an archive that unpacks to {total // 2**20:,} MB; expected at most {MAX_UNPACKED // 2**20:,}; split it",
        )
    return archive


def member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """Unpack one member of an archive."""
    try:
        return archive.read(info)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, ValueError) as error:
        raise UnreadableFileError(
            f"seen a member that does not unpack ({error}); expected a sound archive; pack it anew",
        ) from error


def _load(path: Path) -> bytes:
    """Return a file's bytes, if it is a regular file and not too large."""
    try:
        with open(path, "rb", opener=_without_waiting) as stream:
            about = os.fstat(stream.fileno())
            if not stat.S_ISREG(about.st_mode):
                raise UnreadableFileError(
                    "seen a device or a pipe; expected a file; nothing was taken from it",
                )
            data = stream.read(about.st_size + 1) if about.st_size <= MAX_BYTES else b""
            if len(data) > about.st_size:
                # More than it said: it grows, or its kind has no size.
                data += stream.read(MAX_BYTES)
    except OSError as error:
        raise UnreadableFileError(_why(error)) from error
    if max(about.st_size, len(data)) > MAX_BYTES:
        size = max(about.st_size, len(data)) // 2**20
        raise UnreadableFileError(f"seen {size:,} MB; expected at most {MAX_BYTES // 2**20}; split the file")
    return data


def _without_waiting(path: str, flags: int) -> int:
    """Open a file; a pipe that nobody writes to must not hold up the rest (Windows has no such pipes)."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _why(error: Exception) -> str:
    if isinstance(error, OSError):
        reason = error.strerror or type(error).__name__
        return f"could not be opened ({reason}); expected a readable file; check that it is there and who may read it"
    return str(error)


class _Rules:
    """What is left out, by the user's own rules first, then by :data:`DEFAULT_RULES`."""

    def __init__(self, lines: list[str] | None = None) -> None:
        self._own = _spec(lines) if lines else None
        self._default = [(_spec([rule]), reason) for rule, reason in DEFAULT_RULES.items()]

    @classmethod
    def of(cls, folder: Path) -> _Rules:
        try:
            lines = (folder / IGNORE_FILE).read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            lines = []
        return cls(lines)

    def why(self, relative: str) -> str | None:
        """Return why a path under the root is left out, or ``None``; folders end in a slash."""
        own = self._own.check_file(relative).include if self._own else None
        if own is not None:
            return f"named in {IGNORE_FILE}" if own else None
        for spec, reason in self._default:
            if spec.match_file(relative.lower()):
                return f"{reason} (lift it with !{relative} in {IGNORE_FILE})"
        is_about = not relative.endswith("/") and _ABOUT.fullmatch(PurePosixPath(relative).name)
        return "about the folder, not a text in it" if is_about else None

    def why_any(self, place: PurePosixPath) -> str | None:
        """Return why a member is left out, for its own name or for a folder that it lies in."""
        folders = [f"{folder}/" for folder in reversed(place.parents) if folder != PurePosixPath()]
        return next((reason for part in [*folders, str(place)] if (reason := self.why(part))), None)


def _spec(lines: list[str]) -> GitIgnoreSpec:
    import pathspec  # noqa: PLC0415 - loaded when a folder is read, not when themekit is imported

    return pathspec.GitIgnoreSpec.from_lines(lines)
