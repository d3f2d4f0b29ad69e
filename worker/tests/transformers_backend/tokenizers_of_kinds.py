"""Tokenizers of the families that models come with, made here: byte-level, SentencePiece, WordPiece."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers
from transformers import AutoTokenizer, PreTrainedTokenizerFast

_WORDS = [
    "hello",
    "world",
    "the",
    "cat",
    "\u2581hello",
    "\u2581world",
    "\u2581the",
    "\u2581cat",
    "s",
    "\u2581",
]


def byte_level() -> Any:
    return AutoTokenizer.from_pretrained(Path(__file__).parents[3] / "pocket" / "hf")


def _sentence_piece_model() -> models.BPE:
    """Characters, some words through merges, and a token for every byte."""
    pieces = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256))]
    pieces += [chr(code) for code in range(33, 127)] + ["\u2581", "\u2581\u2581", "\u00fc"]
    merges: list[tuple[str, str]] = [("\u2581", "\u2581")]
    for word in ("\u2581the", "\u2581cat", "\u2581hello", "he"):
        for end in range(2, len(word) + 1):
            merge = (word[: end - 1], word[end - 1])
            if merge not in merges:
                merges.append(merge)
            if word[:end] not in pieces:
                pieces.append(word[:end])
    vocabulary = {piece: index for index, piece in enumerate(dict.fromkeys(pieces))}
    return models.BPE(vocabulary, merges, byte_fallback=True, unk_token="<unk>", fuse_unk=True)


def sentence_piece(*, strips: bool = True) -> Any:
    """As Llama 2's; with `strips` False as Gemma's."""
    tokenizer = Tokenizer(_sentence_piece_model())
    replace = normalizers.Replace(" ", "\u2581")
    tokenizer.normalizer = (
        normalizers.Sequence([normalizers.Prepend("\u2581"), replace]) if strips else replace
    )
    chain = [decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse()]
    tokenizer.decoder = decoders.Sequence([*chain, decoders.Strip(" ", 1, 0)] if strips else chain)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>", unk_token="<unk>"
    )


def metaspace() -> Any:
    vocabulary = {word: index for index, word in enumerate(["<unk>", "</s>", *_WORDS])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="</s>", unk_token="<unk>")


def word_piece() -> Any:
    words = [
        "[UNK]",
        "[SEP]",
        "hello",
        "world",
        "cat",
        "##s",
        "##ly",
        ",",
        ".",
        "'",
        "is",
        "##n",
        "t",
        "\u4f60",
    ]
    tokenizer = Tokenizer(
        models.WordPiece({word: index for index, word in enumerate(words)}, unk_token="[UNK]")
    )
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="[SEP]", unk_token="[UNK]")
