"""A model's files: where they are and what they hold, found out before anything is loaded."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

from ..errors import WorkerError
from .settings import TransformersSettings

_HUB_NAME = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?")
_INDEX = "model.safetensors.index.json"
_TOKENIZER_FILES = (
    "tokenizer.json",
    "tokenizer.model",
    "vocab.json",
    "vocab.txt",
    "spiece.model",
    "tekken.json",
)
#: What is fetched of a repository: no other formats of the same weights.
_WANTED = ("*.json", "*.safetensors", "*.model", "*.txt", "*.jinja", "*.py")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    folder: Path
    #: The text of config.json.
    config: dict[str, Any]
    weights: list[Path]
    size_bytes: int
    #: Numbers in the weights; 0 for pickled ones, which are not looked into.
    parameters: int
    pickled: bool


def invalid_model(message: str) -> WorkerError:
    return WorkerError("INVALID_MODEL", message)


def locate(settings: TransformersSettings, progress: Callable[[float, str], None]) -> Path:
    """The folder of the model. Only what is no folder here is looked for on the hub."""
    folder = Path(settings.model).expanduser()
    if folder.is_dir():
        return folder
    if folder.exists():
        kind = "a GGUF file; the llama-cpp engine loads those" if folder.suffix == ".gguf" else "a file"
        raise invalid_model(f"{settings.model} is {kind}: name a folder with config.json and *.safetensors")
    if not _HUB_NAME.fullmatch(settings.model):
        raise invalid_model(f"the folder {settings.model} does not exist")
    return _fetch(settings, progress)


def _fetch(settings: TransformersSettings, progress: Callable[[float, str], None]) -> Path:
    from huggingface_hub import snapshot_download

    wanted = [*_WANTED, *(["*.bin"] if settings.allow_pickle else [])]
    progress(0.0, f"fetching {settings.model} from the Hugging Face hub")
    try:
        return Path(snapshot_download(settings.model, revision=settings.revision, allow_patterns=wanted))
    except Exception as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        message = (
            f"{settings.model} is no folder here and could not be fetched from the Hugging Face hub: {reason}"
        )
        raise invalid_model(message) from error


def inspect_checkpoint(folder: Path, *, allow_pickle: bool) -> Checkpoint:
    """Raises INVALID_MODEL with what to do about it."""
    config = _read_json(folder, "config.json")
    if not any((folder / name).is_file() for name in _TOKENIZER_FILES):
        raise invalid_model(f"{folder} has no tokenizer (tokenizer.json): copy it from the model's source")
    weights = _safetensors(folder)
    if weights:
        counts = [_read_header(path) for path in weights]
        return Checkpoint(folder, config, weights, sum(map(_size, weights)), sum(counts), pickled=False)
    pickled = sorted(folder.glob("pytorch_model*.bin"))
    if pickled and allow_pickle:
        return Checkpoint(folder, config, pickled, sum(map(_size, pickled)), 0, pickled=True)
    if pickled:
        message = "has only pickled weights (*.bin), which can run code: convert them to safetensors"
        raise invalid_model(f"{folder} {message}, or set allow_pickle if you trust them")
    if list(folder.glob("*.gguf")):
        raise invalid_model(f"{folder} has GGUF weights only: load the .gguf file with the llama-cpp engine")
    raise invalid_model(f"{folder} has no weights (*.safetensors)")


def _read_json(folder: Path, name: str) -> dict[str, Any]:
    path = folder / name
    if not path.is_file():
        raise invalid_model(f"{folder} has no {name}: it is no folder of a transformers model")
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise invalid_model(f"{path} cannot be read: {error}") from error
    if not isinstance(content, dict):
        raise invalid_model(f"{path} is no JSON object")
    return content


def _safetensors(folder: Path) -> list[Path]:
    if not (folder / _INDEX).is_file():
        return sorted(folder.glob("model*.safetensors"))
    shards = sorted(set(_read_json(folder, _INDEX).get("weight_map", {}).values()))
    missing = [shard for shard in shards if not (folder / shard).is_file()]
    if missing:
        raise invalid_model(
            f"{folder} lacks {len(missing)} of {len(shards)} weight files, such as {missing[0]}"
        )
    return [folder / shard for shard in shards]


def _size(path: Path) -> int:
    return path.stat().st_size


def _read_header(path: Path) -> int:
    """How many numbers the file holds; checks that the file is as long as its header says."""
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if length > _size(path):
                raise ValueError("its header is cut off")
            tensors = json.loads(file.read(length))
        tensors.pop("__metadata__", None)
        end = 8 + length + max((tensor["data_offsets"][1] for tensor in tensors.values()), default=0)
        if end != _size(path):
            raise ValueError(f"it has {_size(path)} bytes, and its header speaks of {end}")
        return sum(prod(tensor["shape"]) for tensor in tensors.values())
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise invalid_model(f"{path} is damaged: {error}; fetch it again") from error
