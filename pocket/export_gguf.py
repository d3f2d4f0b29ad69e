"""Writes the GGUF file for llama.cpp."""

import json
from pathlib import Path

import gguf
import numpy
from tokenizers import Tokenizer
from torch import Tensor

from pocket.paths import GGUF_FILE, TEMPLATE_FILE, TOKENIZER_FILE, write_atomically
from pocket.shape import POCKET
from pocket.text.document import END_OF_TEXT, TURN_END
from pocket.tokenizer_training import CONTROL, USER_DEFINED, token_number

_LAYER_NAMES = {
    "input_layernorm": "attn_norm",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "post_attention_layernorm": "ffn_norm",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}


def _tensor_name(name: str) -> str:
    if name == "model.embed_tokens.weight":
        return "token_embd.weight"
    if name == "model.norm.weight":
        return "output_norm.weight"
    _, _, layer, rest = name.split(".", 3)
    return f"blk.{layer}.{_LAYER_NAMES[rest.removesuffix('.weight')]}.weight"


def _interleaved(weight: numpy.ndarray, heads: int) -> numpy.ndarray:
    """llama.cpp rotates neighbouring pairs, Hugging Face rotates halves."""
    half = weight.shape[0] // heads // 2
    return weight.reshape(heads, 2, half, -1).swapaxes(1, 2).reshape(weight.shape)


def _array(name: str, weight: Tensor) -> numpy.ndarray:
    array = weight.numpy()
    if array.ndim == 1:
        return array.astype(numpy.float32)
    if name.endswith("q_proj.weight"):
        array = _interleaved(array, POCKET.heads)
    if name.endswith("k_proj.weight"):
        array = _interleaved(array, POCKET.key_value_heads)
    return numpy.ascontiguousarray(array)


def _add_shape(writer: gguf.GGUFWriter) -> None:
    writer.add_name("pocket")
    writer.add_description("The tiny language model bundled with sluice so that every command works offline.")
    writer.add_author("the sluice project")
    writer.add_license("mit")
    writer.add_languages(["en"])
    writer.add_size_label("3.7M")
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q8_0)
    writer.add_vocab_size(POCKET.vocabulary)
    writer.add_context_length(POCKET.context)
    writer.add_embedding_length(POCKET.width)
    writer.add_block_count(POCKET.layers)
    writer.add_feed_forward_length(POCKET.feed_forward)
    writer.add_head_count(POCKET.heads)
    writer.add_head_count_kv(POCKET.key_value_heads)
    writer.add_rope_dimension_count(POCKET.head_width)
    writer.add_rope_freq_base(POCKET.rope_theta)
    writer.add_layer_norm_rms_eps(POCKET.norm_epsilon)


def _token_type(token: str) -> gguf.TokenType:
    if token in CONTROL:
        return gguf.TokenType.CONTROL
    return gguf.TokenType.USER_DEFINED if token in USER_DEFINED else gguf.TokenType.NORMAL


def _add_tokenizer(writer: gguf.GGUFWriter, tokenizer: Tokenizer) -> None:
    merges = json.loads(tokenizer.to_str())["model"]["merges"]
    tokens = [str(tokenizer.id_to_token(number)) for number in range(POCKET.vocabulary)]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list(tokens)
    writer.add_token_types([_token_type(token) for token in tokens])
    writer.add_token_merges([" ".join(pair) for pair in merges])
    end_of_text = token_number(tokenizer, END_OF_TEXT)
    writer.add_bos_token_id(end_of_text)
    writer.add_eos_token_id(token_number(tokenizer, TURN_END))
    writer.add_eot_token_id(end_of_text)
    writer.add_pad_token_id(end_of_text)
    writer.add_add_bos_token(False)
    writer.add_add_eos_token(False)
    writer.add_chat_template(TEMPLATE_FILE.read_text(encoding="utf-8"))


def _add_weight(writer: gguf.GGUFWriter, name: str, array: numpy.ndarray) -> None:
    """Q8_0, because llama.cpp computes one row of it as it computes many.

    In f16, greedy text could change in a batch.
    """
    if array.ndim == 1:
        writer.add_tensor(name, array)
        return
    blocks = gguf.quants.quantize(array.astype(numpy.float32), gguf.GGMLQuantizationType.Q8_0)
    writer.add_tensor(name, blocks, raw_dtype=gguf.GGMLQuantizationType.Q8_0)


def _write(target: Path, weights: dict[str, Tensor]) -> None:
    writer = gguf.GGUFWriter(target, "llama")
    _add_shape(writer)
    _add_tokenizer(writer, Tokenizer.from_file(str(TOKENIZER_FILE)))
    for name, weight in weights.items():
        _add_weight(writer, _tensor_name(name), _array(name, weight))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def export_gguf(weights: dict[str, Tensor]) -> None:
    write_atomically(GGUF_FILE, lambda partial: _write(partial, weights))
