"""The tokenizer as the engine needs it: text of tokens, ends of generation, sizes."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

from .text_stream import ByteStream, TextStream, WindowStream
from .token_pieces import TokenPieces, read_token_pieces

#: Spaces, several alphabets, characters of two to four bytes, line ends, punctuation that some decoders clean
#: up.
_SAMPLE = (
    "Hello  world,\n\tgr\u00fc\u00dfe \u4f60\u597d \U0001f600\U0001f468\u200d\U0001f469 isn't it ? <tool>[1]"
)


class Vocabulary:
    """Only reads, so any thread may ask. It works on a copy: encoding changes a tokenizer's state."""

    def __init__(self, tokenizer: Any, size: int, end_tokens: Sequence[int]) -> None:
        self._tokenizer = copy.deepcopy(tokenizer)
        #: Of the model's logits; the tokenizer may know fewer tokens.
        self.size = size
        self.end_tokens = tuple(sorted(set(end_tokens)))
        # Only what the tokenizer names as special (beginning, end, padding, turn borders) is hidden. Tool and
        # reasoning markers are often flagged special as well, and whoever parses the answer needs to see
        # them.
        self.hidden = frozenset(self._tokenizer.all_special_ids) | frozenset(self.end_tokens)
        self._pieces = self._checked_pieces()

    def token_bytes(self, token: int) -> bytes:
        if self._pieces is not None:
            return self._pieces[token]
        return self._decode([token]).encode()

    def create_stream(self, prompt: Sequence[int]) -> TextStream:
        """For an answer to this prompt."""
        if self._pieces is not None:
            return ByteStream(self._pieces, self.hidden, prompt)
        return WindowStream(self._decode, self.hidden, prompt)

    def decode(self, tokens: Sequence[int], skip_special_tokens: bool) -> str:
        """The text of the whole; half a character at either end becomes U+FFFD."""
        if skip_special_tokens:
            tokens = [token for token in tokens if token not in self.hidden]
        return self._decode(list(tokens))

    def _decode(self, tokens: list[int]) -> str:
        return self._tokenizer.decode(tokens, skip_special_tokens=False, clean_up_tokenization_spaces=False)

    def _checked_pieces(self) -> TokenPieces | None:
        """The pieces, if they give the text that the tokenizer itself gives."""
        pieces = read_token_pieces(self._tokenizer)
        if pieces is None:
            return None
        tokens = self._tokenizer.encode(_SAMPLE, add_special_tokens=False)
        stream = ByteStream(pieces, (), ())
        text = "".join(stream.push(token) for token in tokens) + stream.flush()
        return pieces if text == self._decode(tokens) else None
