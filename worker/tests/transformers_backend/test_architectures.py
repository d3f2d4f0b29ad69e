"""Random models of other architectures: the same tokens as `generate`, in a batch of rows of different
lengths.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from sluice_worker.errors import WorkerError

from .answers import answers, greedy
from .conftest import MakeBackend, generate_plainly
from .tiny_models import save_random

_WINDOWED = {"sliding_window": 8}
_EXPERTS = {"num_local_experts": 4, "num_experts_per_tok": 2}

MODELS: dict[str, dict[str, Any]] = {
    "llama": {},
    "qwen2": {},
    "qwen3": {"head_dim": 8},
    "mistral": _WINDOWED,
    "gemma": {"head_dim": 8},
    "gemma2": {"head_dim": 8, "query_pre_attn_scalar": 8, **_WINDOWED},
    "gemma3_text": {"head_dim": 8, "query_pre_attn_scalar": 8, "num_hidden_layers": 7, **_WINDOWED},
    "phi": {},
    "phi3": {"rope_parameters": {"rope_type": "default", "rope_theta": 10000.0}},
    "gpt2": {"num_key_value_heads": 4, "initializer_range": 0.3},
    "gpt_neox": {"num_key_value_heads": 4},
    "gpt_oss": {"head_dim": 8, "initializer_range": 0.3, **_EXPERTS, **_WINDOWED},
    "mixtral": _EXPERTS,
    "olmo2": {},
    "granite": {},
    "cohere2": _WINDOWED,
    "starcoder2": {},
    "stablelm": {},
    "deepseek_v3": {
        "num_key_value_heads": 4,
        "q_lora_rank": 16,
        "kv_lora_rank": 16,
        "qk_rope_head_dim": 8,
        "qk_nope_head_dim": 8,
        "v_head_dim": 8,
        "n_routed_experts": 4,
        "n_group": 1,
        "topk_group": 1,
        "num_experts_per_tok": 2,
        "moe_intermediate_size": 16,
        "first_k_dense_replace": 1,
        "n_shared_experts": 1,
    },
}


@pytest.mark.parametrize("model_type", MODELS)
def test_rows_as_generate(
    model_type: str, tmp_path: Path, make_backend: MakeBackend, prompts: list[list[int]]
) -> None:
    model = save_random(tmp_path, model_type, **MODELS[model_type])
    # Longer than the windows; prompts of several steps beside rows that decode.
    mixed = [prompts[0], prompts[1][:3], (prompts[2] * 4)[:50], prompts[3][:9], prompts[4][:1]]
    expected = [generate_plainly(model, prompt, 12) for prompt in mixed]
    backend = make_backend(model=str(tmp_path), batch_tokens=24, parallel=4)
    found = asyncio.run(answers(backend, [greedy(prompt, 12, ignore_eos=True) for prompt in mixed]))
    assert [one.tokens for one in found] == expected
    assert len({tuple(tokens) for tokens in expected}) > 1, "a model that always says the same proves nothing"


@pytest.mark.parametrize(
    ("model_type", "settings", "reason"),
    [
        ("mamba", {}, "linear_attention"),
        ("jamba", {"num_experts": 2, "mamba_dt_rank": 4, "use_mamba_kernels": False}, "linear_attention"),
        ("lfm2", {"layer_types": ["conv", "full_attention", "conv"]}, "conv"),
        ("bloom", {"num_key_value_heads": 4}, "attention"),
        ("gptj", {"rotary_dim": 4}, "attention"),
    ],
)
def test_refuses_what_cannot_be_rows(
    model_type: str, settings: dict[str, Any], reason: str, tmp_path: Path, make_backend: MakeBackend
) -> None:
    save_random(tmp_path, model_type, **settings)
    with pytest.raises(WorkerError, match=reason) as caught:
        make_backend(model=str(tmp_path))
    assert caught.value.reason == "INVALID_MODEL"
    assert "another engine" in caught.value.message


def test_positions_that_depend_on_the_longest_request(tmp_path: Path, make_backend: MakeBackend) -> None:
    rope = {
        "rope_type": "dynamic",
        "rope_theta": 10000.0,
        "factor": 2.0,
        "original_max_position_embeddings": 64,
    }
    save_random(tmp_path, "llama", rope_parameters=rope)
    assert asyncio.run(_context(make_backend(model=str(tmp_path)))) == 64
    with pytest.raises(WorkerError, match="at most 64"):
        make_backend(model=str(tmp_path), context_length=128)


async def _context(backend: Any) -> int:
    load = backend.load_now()
    return load.max_kv_tokens // load.slots
