"""Letters: a mailbox (.mbox) or a single message (.eml), through the standard library.

Each message is a document, its writer the sender, its date the header's. What
it quotes of the letter it answers is kept as nobody's; signatures and
attachments are left out.
"""

from __future__ import annotations

import email
import email.policy
import mailbox
import re
import tempfile
from email.utils import parseaddr, parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING

from themekit.readers import html, prose
from themekit.readers.document import Note, RawDocument, UnreadableFileError, count, no_text
from themekit.readers.prose import Block

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage

SUFFIXES = {".mbox": "mailbox", ".mbx": "mailbox", ".eml": "mail"}

_QUOTED = re.compile(r"[ \t]*>")
_SIGNATURE = re.compile(r"^-- ?$.*", re.MULTILINE | re.DOTALL)
_INTRODUCES = re.compile(
    r"^(?:on .{5,120} wrote:|-{2,}\s*(?:original|forwarded) message.*|am .{5,120} schrieb.*:)\s*$",
    re.IGNORECASE | re.DOTALL,
)


def read(data: bytes, name: str) -> list[RawDocument]:
    """Read a mailbox or a message."""
    if name.lower().endswith(".eml"):
        return [_letter(_message(data), None)]
    letters = []
    n_empty = 0
    messages = _messages(data)
    width = max(4, len(str(len(messages))))
    for i, message in enumerate(messages, start=1):
        try:
            letters.append(_letter(_message(message), f"{i:0{width}d}"))
        except UnreadableFileError:
            n_empty += 1
    if not letters:
        raise no_text("a mailbox without letters")
    if n_empty:
        note = Note("dropped", f"{count(n_empty, 'message')} without words of its sender")
        letters[0] = RawDocument(**{**vars(letters[0]), "notes": [*letters[0].notes, note]})
    return letters


def _messages(data: bytes) -> list[bytes]:
    # mailbox opens its file for writing, too: it gets a copy.
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "mailbox")
        path.write_bytes(data)
        box = mailbox.mbox(path, create=False)
        try:
            return [box.get_bytes(key) for key in box.iterkeys()]
        finally:
            box.close()


def _message(data: bytes) -> EmailMessage:
    return email.message_from_bytes(data, policy=email.policy.default)


def _letter(message: EmailMessage, entry: str | None) -> RawDocument:
    sender, address = parseaddr(str(message.get("From") or ""))
    part = message.get_body(preferencelist=("plain", "html"))
    if part is None:
        raise no_text("a message without words")
    content = part.get_content()
    notes: list[Note] = []
    if part.get_content_subtype() == "html":
        blocks, notes = html.blocks(html.parse(content))
    else:
        blocks = list(_blocks(content))
    if not any(b.role == "author" for b in blocks):
        raise no_text("a message without words of its sender")
    about = prose.About(
        title=" ".join(str(message.get("Subject") or "").split()) or None,
        author=sender.strip(" \"'") or address or None,
        date=_date(message),
        date_source="mail header",
        kind="letter",
        entry=entry,
    )
    return prose.document(blocks, about, notes)


def _blocks(text: str) -> Iterator[Block]:
    """Tell the sender's own lines from those quoted; the signature is left out."""
    for block in prose.paragraphs(_SIGNATURE.sub("", text.replace("\r\n", "\n"))):
        own: list[str] = []
        quoted: list[str] = []
        for line in block.text.split("\n"):
            (quoted if _QUOTED.match(line) else own).append(line)
        words = "\n".join(own)
        if words.strip():
            yield Block(words, "quoted" if _INTRODUCES.match(words.strip()) else "author")
        if quoted:
            yield Block("\n".join(re.sub(r"^[ \t>]+", "", line) for line in quoted), "quoted")


def _date(message: EmailMessage) -> str | None:
    try:
        return parsedate_to_datetime(str(message.get("Date") or "")).date().isoformat()
    except (ValueError, TypeError, IndexError):
        return None
