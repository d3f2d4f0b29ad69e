"""Writes the Hugging Face folder."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer
from torch import Tensor

from pocket.paths import HUGGING_FACE, TEMPLATE_FILE, TOKENIZER_FILE, write_atomically
from pocket.shape import POCKET
from pocket.text.document import END_OF_TEXT, TURN_END, TURN_START
from pocket.tokenizer_training import token_number


def _config(tokenizer: Tokenizer) -> dict[str, object]:
    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "vocab_size": POCKET.vocabulary,
        "hidden_size": POCKET.width,
        "intermediate_size": POCKET.feed_forward,
        "num_hidden_layers": POCKET.layers,
        "num_attention_heads": POCKET.heads,
        "num_key_value_heads": POCKET.key_value_heads,
        "head_dim": POCKET.head_width,
        "hidden_act": "silu",
        "max_position_embeddings": POCKET.context,
        "initializer_range": 0.02,
        "rms_norm_eps": POCKET.norm_epsilon,
        "rope_theta": POCKET.rope_theta,
        "rope_parameters": {"rope_type": "default", "rope_theta": POCKET.rope_theta},
        "attention_bias": False,
        "mlp_bias": False,
        "tie_word_embeddings": True,
        "use_cache": True,
        "bos_token_id": token_number(tokenizer, END_OF_TEXT),
        "eos_token_id": token_number(tokenizer, TURN_END),
        "pad_token_id": token_number(tokenizer, END_OF_TEXT),
        "dtype": "float16",
        "torch_dtype": "float16",
    }


def _generation_config(tokenizer: Tokenizer) -> dict[str, object]:
    end_of_text = token_number(tokenizer, END_OF_TEXT)
    return {
        "bos_token_id": end_of_text,
        "eos_token_id": [token_number(tokenizer, TURN_END), end_of_text],
        "pad_token_id": end_of_text,
        "do_sample": False,
    }


def _tokenizer_config() -> dict[str, object]:
    return {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": POCKET.context,
        "clean_up_tokenization_spaces": False,
        "add_prefix_space": False,
        "bos_token": None,
        "unk_token": None,
        "eos_token": TURN_END,
        "pad_token": END_OF_TEXT,
        "additional_special_tokens": [TURN_START],
        "chat_template": TEMPLATE_FILE.read_text(encoding="utf-8"),
    }


def _write_json(name: str, content: Mapping[str, object]) -> None:
    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    write_atomically(HUGGING_FACE / name, lambda partial: partial.write_text(text, encoding="utf-8"))


def _write_weights(target: Path, weights: dict[str, Tensor]) -> None:
    halves = {name: weight.to(torch.float16).contiguous() for name, weight in weights.items()}
    save_file(halves, target, metadata={"format": "pt"})
    # safetensors makes the file private to its writer; everyone may read the model.
    target.chmod(0o644)


def export_hugging_face(weights: dict[str, Tensor]) -> None:
    tokenizer = Tokenizer.from_file(str(TOKENIZER_FILE))
    _write_json("config.json", _config(tokenizer))
    _write_json("generation_config.json", _generation_config(tokenizer))
    _write_json("tokenizer_config.json", _tokenizer_config())
    target = HUGGING_FACE / "chat_template.jinja"
    write_atomically(target, lambda partial: shutil.copyfile(TEMPLATE_FILE, partial))
    write_atomically(HUGGING_FACE / "tokenizer.json", lambda partial: tokenizer.save(str(partial)))
    write_atomically(HUGGING_FACE / "model.safetensors", lambda partial: _write_weights(partial, weights))
