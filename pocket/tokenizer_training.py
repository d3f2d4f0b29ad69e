"""Trains the byte-level BPE on generated text and fixes the special tokens."""

from collections.abc import Iterator
from itertools import islice

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

from pocket.paths import TOKENIZER_FILE, write_atomically
from pocket.shape import POCKET
from pocket.text import document as markup
from pocket.text.registry import documents

DOCUMENTS = 60_000
SEED = 7_000_001

CONTROL = (markup.END_OF_TEXT, markup.TURN_START, markup.TURN_END)
USER_DEFINED = (
    markup.TOOL_CALL_START,
    markup.TOOL_CALL_END,
    markup.TOOL_RESPONSE_START,
    markup.TOOL_RESPONSE_END,
)


def _learned_text(count: int) -> Iterator[str]:
    """Special tokens split the text, so the merges never see them."""
    for document in islice(documents(SEED), count):
        for text, _ in markup.segments(document):
            for special in (*CONTROL, *USER_DEFINED):
                text = text.replace(special, "")
            yield text


def train_tokenizer() -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    # Equal to the "smollm" pre-tokenizer of llama.cpp: single digits, then the GPT-2 split.
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    special = [AddedToken(text, special=True, normalized=False) for text in CONTROL]
    special += [AddedToken(text, special=False, normalized=False) for text in USER_DEFINED]
    trainer = trainers.BpeTrainer(
        vocab_size=POCKET.vocabulary,
        special_tokens=special,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(_learned_text(DOCUMENTS), trainer)
    if tokenizer.get_vocab_size() != POCKET.vocabulary:
        raise ValueError(f"the vocabulary has {tokenizer.get_vocab_size()} entries")
    return tokenizer


def token_number(tokenizer: Tokenizer, token: str) -> int:
    number = tokenizer.token_to_id(token)
    if number is None:
        raise KeyError(token)
    return number


def main() -> None:
    tokenizer = train_tokenizer()
    write_atomically(TOKENIZER_FILE, lambda partial: tokenizer.save(str(partial)))
    print(f"tokenizer: {tokenizer.get_vocab_size()} tokens")


if __name__ == "__main__":
    main()
