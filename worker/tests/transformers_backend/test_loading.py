"""What a folder must hold, and what is said where it does not."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from sluice_worker.errors import WorkerError
from sluice_worker.transformers_backend import TransformersBackend, TransformersSettings, loading
from sluice_worker.transformers_backend import context_size as context_size_module
from sluice_worker.transformers_backend.context_size import KvDemand, resolve_context

from .conftest import POCKET, MakeBackend

CPU = torch.device("cpu")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copied = tmp_path / "model"
    shutil.copytree(POCKET, copied)
    return copied


def edit_config(folder: Path, **changes: Any) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def without(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def only_pickled(folder: Path) -> None:
    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()


def only_gguf(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "model.gguf")


def cut_off(folder: Path) -> None:
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1000])


def no_header(folder: Path) -> None:
    (folder / "model.safetensors").write_bytes(b"\xff" * 100)


def incomplete(folder: Path) -> None:
    tensors = load_file(folder / "model.safetensors")
    tensors.pop("model.layers.2.mlp.up_proj.weight")
    save_file(tensors, folder / "model.safetensors", {"format": "pt"})


def lost_shard(folder: Path) -> None:
    index = {"weight_map": {"a": "model.safetensors", "b": "model-2.safetensors"}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))


CASES: dict[str, tuple[Callable[[Path], None], str]] = {
    "no config": (without("config.json"), "has no config.json"),
    "config is no JSON": (lambda folder: (folder / "config.json").write_text("{"), "cannot be read"),  # type: ignore[dict-item]
    "no weights": (without("model.safetensors"), "has no weights"),
    "pickled weights": (only_pickled, "convert them to safetensors, or set allow_pickle"),
    "GGUF weights": (only_gguf, "llama-cpp"),
    "weights cut off": (cut_off, "damaged"),
    "weights without a header": (no_header, "damaged"),
    "a tensor is missing": (incomplete, "lack 1 tensors, such as model.layers.2.mlp.up_proj.weight"),
    "a shard is missing": (lost_shard, "lacks 1 of 2 weight files, such as model-2.safetensors"),
    "no tokenizer": (without("tokenizer.json"), "tokenizer"),
    "a damaged tokenizer": (lambda folder: (folder / "tokenizer.json").write_text("{}"), "tokenizer"),  # type: ignore[dict-item]
    "an unknown architecture": (lambda folder: edit_config(folder, model_type="zeppelin"), "'zeppelin'"),
    "other shapes": (lambda folder: edit_config(folder, hidden_size=128, head_dim=16), "shapes|size"),
    "an encoder-decoder": (lambda folder: edit_config(folder, is_encoder_decoder=True), "decoder-only"),
    "code of its own": (
        lambda folder: edit_config(folder, model_type="own", auto_map={"AutoConfig": "own.Config"}),
        "trust_remote_code",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_cannot_be_loaded(case: str, folder: Path, make_backend: MakeBackend) -> None:
    damage, words = CASES[case]
    damage(folder)
    with pytest.raises(WorkerError, match=words) as caught:
        make_backend(model=str(folder))
    assert caught.value.reason == "INVALID_MODEL"
    assert str(folder) in caught.value.message or case == "an encoder-decoder"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("/nowhere/at/all", "does not exist"),
        ("./nowhere", "does not exist"),
        (str(POCKET / "config.json"), "a file"),
    ],
)
def test_what_is_no_folder(name: str, words: str, make_backend: MakeBackend) -> None:
    with pytest.raises(WorkerError, match=words) as caught:
        make_backend(model=name)
    assert caught.value.reason == "INVALID_MODEL"


def test_a_name_that_the_hub_does_not_have(
    make_backend: MakeBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(WorkerError, match="could not be fetched from the Hugging Face hub") as caught:
        make_backend(model="nobody/nothing-at-all")
    assert caught.value.reason == "INVALID_MODEL"


def test_pickled_weights_on_request(folder: Path, make_backend: MakeBackend) -> None:
    only_pickled(folder)
    backend = make_backend(model=str(folder), allow_pickle=True)
    assert backend.load_now().slots == 16


def test_description_and_progress() -> None:
    told: list[tuple[float, str]] = []
    backend = TransformersBackend(TransformersSettings(str(POCKET), device="cpu", threads=1))
    description = asyncio.run(backend.load(lambda *progress: told.append(progress)))
    asyncio.run(backend.close())
    assert (description.architecture, description.dtype) == ("llama", "float32")
    assert (description.context_length, description.trained_context_length) == (1024, 1024)
    assert (description.vocabulary_size, description.embedding_dimensions) == (2048, 256)
    assert description.parameters == 3_721_984
    assert description.size_bytes == (POCKET / "model.safetensors").stat().st_size
    assert description.has_chat_template
    assert description.eos_token_ids == (0, 2)
    fractions = [fraction for fraction, _ in told]
    assert fractions == sorted(fractions)
    assert (fractions[-1], told[-1][1]) == (1.0, "ready")


def test_half_precision(make_backend: MakeBackend) -> None:
    from .answers import answer, greedy

    backend = make_backend(dtype="bfloat16", parallel=2)
    found = asyncio.run(answer(backend, greedy([1, 291, 205], 10, ignore_eos=True, top_logprobs=1)))
    assert found.end.completion_tokens == 10


def test_devices(backend: TransformersBackend, make_backend: MakeBackend) -> None:
    [device] = backend.devices()
    assert device.kind == "cpu"
    assert 0 < device.memory_free <= device.memory_total
    for name in ("cuda:7", "tpu"):
        with pytest.raises(WorkerError, match=name) as caught:
            make_backend(device=name)
        assert caught.value.reason == "INVALID_REQUEST"


def test_weights_that_do_not_fit(make_backend: MakeBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "read_memory", lambda device: (10_000_000, 9_000_000))
    with pytest.raises(WorkerError, match=r"0\.0 GB as float32") as caught:
        make_backend()
    assert caught.value.reason == "INSUFFICIENT_MEMORY"
    assert caught.value.details == {"needed_bytes": 4 * 3_721_984, "free_bytes": 9_000_000}


def test_context_follows_request_model_and_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    demand = KvDemand(bytes_per_token=1000, rows=10)
    monkeypatch.setattr(context_size_module, "read_memory", lambda device: (10**9, 40_000_000))
    assert resolve_context(0, 1500, None, demand, CPU) == 1500
    assert resolve_context(0, 1500, 600, demand, CPU) == 600
    assert resolve_context(0, 100_000, None, demand, CPU) == 1792
    assert resolve_context(700, 1500, None, demand, CPU) == 700
    assert resolve_context(1900, 1500, None, demand, CPU) == 1900
    with pytest.raises(WorkerError, match="10 requests of 3000 tokens") as caught:
        resolve_context(3000, 1500, None, demand, CPU)
    assert caught.value.details == {"needed_bytes": 30_000_000, "free_bytes": 40_000_000}
    monkeypatch.setattr(context_size_module, "read_memory", lambda device: (10**9, 1_000_000))
    with pytest.raises(WorkerError, match="lower context_length") as caught:
        resolve_context(0, 1500, None, demand, CPU)
    assert caught.value.reason == "INSUFFICIENT_MEMORY"
