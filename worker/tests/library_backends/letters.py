"""A tokenizer with the surface of Hugging Face's: a token is a character's code point."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

END = 3


class Detokenizer:
    """As mlx-lm's: `last_segment` is the text since it was last read."""

    def __init__(self) -> None:
        self._text = ""

    def add_token(self, token: int) -> None:
        self._text += chr(token)

    def finalize(self) -> None:
        pass

    @property
    def last_segment(self) -> str:
        text, self._text = self._text, ""
        return text


class LetterTokenizer:
    chat_template: str | Mapping[str, str] | None = "{{ messages }}<tool_call>"
    all_special_ids = (END,)
    eos_token_ids = frozenset({END})

    def __len__(self) -> int:
        return 1000

    @property
    def detokenizer(self) -> Detokenizer:
        return Detokenizer()

    def encode(self, text: str, *, add_special_tokens: bool) -> list[int]:
        return [*([1] if add_special_tokens else []), *map(ord, text)]

    def decode(self, ids: Sequence[int], *, skip_special_tokens: bool) -> str:
        return "".join(chr(token) for token in ids if not (skip_special_tokens and token == END))

    def convert_ids_to_tokens(self, ids: Sequence[int]) -> list[str | bytes | None]:
        return [chr(token) for token in ids]

    def get_vocab(self) -> dict[str, int]:
        return {"a": 97}

    def apply_chat_template(self, conversation: object, **options: object) -> str:
        if options.get("fail"):
            raise ValueError("roles must alternate")
        return f"{conversation}|{sorted(options)}"
