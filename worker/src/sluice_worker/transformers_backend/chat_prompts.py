"""Chat messages and texts to tokens, with the tokenizer's own template."""

from __future__ import annotations

from typing import Any

import jinja2

from ..backend import ChatPrompt
from ..errors import WorkerError

#: Arguments of `apply_chat_template` that a request must not set through its template variables.
_RESERVED = frozenset(
    {
        "add_generation_prompt",
        "chat_template",
        "continue_final_message",
        "conversation",
        "max_length",
        "messages",
        "padding",
        "return_assistant_tokens_mask",
        "return_dict",
        "return_tensors",
        "sanitize_control_tokens",
        "tokenize",
        "tokenizer_kwargs",
        "tools",
        "truncation",
    }
)


def invalid_request(message: str, param: str) -> WorkerError:
    return WorkerError("INVALID_REQUEST", message, param=param)


class ChatPrompts:
    """Used by one thread: encoding changes a tokenizer's state."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer

    @property
    def template(self) -> str:
        """As Jinja text; of several the one for plain chats. Empty: none."""
        template = self._tokenizer.chat_template or ""
        return template if isinstance(template, str) else str(template.get("default", ""))

    @property
    def has_template(self) -> bool:
        return bool(self._tokenizer.chat_template)

    def encode(self, chat: ChatPrompt) -> list[int]:
        # The template writes the special tokens itself.
        return self.encode_text(self.render(chat), add_special_tokens=False)

    def encode_text(self, text: str, add_special_tokens: bool) -> list[int]:
        return self._tokenizer.encode(text, add_special_tokens=add_special_tokens)

    def render(self, chat: ChatPrompt) -> str:
        """The prompt's text. Raises INVALID_REQUEST without a template, or where it refuses the messages."""
        if chat.template is None and not self.has_template:
            message = "the model has no chat template: send one as chat_template, or complete a plain prompt"
            raise invalid_request(message, "messages")
        reserved = _RESERVED.intersection(chat.template_arguments)
        if reserved:
            message = f"the template variable {min(reserved)!r} is set by the request's own fields"
            raise invalid_request(message, "chat_template_kwargs")
        if chat.add_generation_prompt and chat.continue_final_message:
            message = (
                "a final message that continues leaves no place for a new one: unset add_generation_prompt"
            )
            raise invalid_request(message, "continue_final_message")
        try:
            return self._tokenizer.apply_chat_template(
                chat.messages,
                tools=chat.tools,
                chat_template=chat.template,
                add_generation_prompt=chat.add_generation_prompt,
                continue_final_message=chat.continue_final_message,
                tokenize=False,
                **chat.template_arguments,
            )
        except jinja2.TemplateSyntaxError as error:
            message = f"the chat template is no valid Jinja (line {error.lineno}): {error.message}"
            raise invalid_request(
                message, "messages" if chat.template is None else "chat_template"
            ) from error
        except Exception as error:
            # Templates refuse messages with raise_exception, and stumble over fields that they do not expect.
            raise invalid_request(f"the chat template refuses these messages: {error}", "messages") from error
