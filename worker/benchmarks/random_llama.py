"""Llama models of a given size with random weights: speed does not depend on what they say."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import torch
from transformers import LlamaConfig, LlamaForCausalLM

_TOKENIZER = Path(__file__).parents[2] / "pocket" / "hf"
#: The shapes of Llama 3.2 1B and 3B, and one that a CPU can run.
SIZES: dict[str, dict[str, Any]] = {
    "tiny": {"hidden_size": 512, "intermediate_size": 1536, "num_hidden_layers": 8, "vocab_size": 32000},
    "1b": {"hidden_size": 2048, "intermediate_size": 8192, "num_hidden_layers": 16, "vocab_size": 128256},
    "3b": {"hidden_size": 3072, "intermediate_size": 8192, "num_hidden_layers": 28, "vocab_size": 128256},
}


def write_random_llama(folder: Path, size: str, dtype: torch.dtype) -> None:
    """Writes a model with pocket's tokenizer; most of its token ids have no text."""
    torch.manual_seed(0)
    shape = SIZES[size]
    head_dim = 128 if size == "3b" else 64
    config = LlamaConfig(
        **shape,
        num_attention_heads=shape["hidden_size"] // head_dim,
        num_key_value_heads=max(1, shape["hidden_size"] // head_dim // 4),
        head_dim=head_dim,
        max_position_embeddings=8192,
        tie_word_embeddings=True,
        bos_token_id=0,
        eos_token_id=2,
        pad_token_id=0,
    )
    with torch.device("cuda" if torch.cuda.is_available() else "cpu"):
        model: Any = LlamaForCausalLM(config)
    model.to(dtype).save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja"):
        shutil.copy(_TOKENIZER / name, folder / name)
