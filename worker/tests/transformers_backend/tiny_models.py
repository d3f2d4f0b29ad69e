"""Random models of many architectures, small enough to make in a test, as folders with pocket's tokenizer."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import torch
from transformers import AutoConfig, AutoModelForCausalLM

_POCKET = Path(__file__).parents[3] / "pocket" / "hf"
_SIZES: dict[str, Any] = {
    "vocab_size": 2048,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 256,
    "bos_token_id": 0,
    "eos_token_id": 2,
    "pad_token_id": 0,
    # Large weights: with transformers' default all logits of a tiny model are nearly equal.
    "initializer_range": 0.5,
}


def copy_tokenizer(folder: Path) -> None:
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(_POCKET / name, folder / name)


def save_random(folder: Path, model_type: str, **settings: Any) -> Any:
    """Writes the model to the folder and returns it."""
    torch.manual_seed(1)
    config = AutoConfig.for_model(model_type, **{**_SIZES, **settings})
    model = AutoModelForCausalLM.from_config(config, dtype=torch.float32).eval()
    model.save_pretrained(folder)
    copy_tokenizer(folder)
    return model
