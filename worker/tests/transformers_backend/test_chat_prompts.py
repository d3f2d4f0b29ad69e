"""Chats become prompts through the tokenizer's own template."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from transformers import AutoTokenizer

from sluice_worker.backend import ChatPrompt
from sluice_worker.errors import WorkerError
from sluice_worker.transformers_backend import TransformersBackend

from .conftest import POCKET, MakeBackend

USER: dict[str, object] = {"role": "user", "content": "hello"}
TOOL: dict[str, object] = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "d",
        "parameters": {"type": "object", "properties": {}},
    },
}


async def text_of(backend: TransformersBackend, chat: ChatPrompt) -> str:
    return await backend.decode(await backend.encode_chat(chat), skip_special_tokens=False)


async def test_as_apply_chat_template(backend: TransformersBackend) -> None:
    tokenizer: Any = AutoTokenizer.from_pretrained(POCKET)
    expected = tokenizer.apply_chat_template([USER], add_generation_prompt=True, return_dict=False)
    assert await backend.encode_chat(ChatPrompt([USER])) == expected


async def test_tools(backend: TransformersBackend) -> None:
    text = await text_of(backend, ChatPrompt([USER], tools=[TOOL]))
    assert "<tools>" in text
    assert '"name": "get_weather"' in text


async def test_a_template_and_variables_of_the_request(backend: TransformersBackend) -> None:
    chat = ChatPrompt(
        [USER], template="{{ messages[0].content }} {{ mood }}", template_arguments={"mood": "gladly"}
    )
    assert await text_of(backend, chat) == "hello gladly"


async def test_the_end_of_the_prompt(backend: TransformersBackend) -> None:
    answered = [USER, {"role": "assistant", "content": "Once upon"}]
    without = await text_of(backend, ChatPrompt([USER], add_generation_prompt=False))
    assert without.endswith("hello<|im_end|>\n")
    going_on = ChatPrompt(answered, add_generation_prompt=False, continue_final_message=True)
    assert (await text_of(backend, going_on)).endswith("assistant\nOnce upon")


@pytest.mark.parametrize(
    ("chat", "words", "param"),
    [
        (
            ChatPrompt([USER], template="{{ raise_exception('roles must alternate') }}"),
            "must alternate",
            "messages",
        ),
        (ChatPrompt([USER], template="{% if %}"), "valid Jinja", "chat_template"),
        (ChatPrompt([USER], template_arguments={"tokenize": True}), "'tokenize'", "chat_template_kwargs"),
        (ChatPrompt([USER], continue_final_message=True), "add_generation_prompt", "continue_final_message"),
    ],
)
async def test_refusals(backend: TransformersBackend, chat: ChatPrompt, words: str, param: str) -> None:
    with pytest.raises(WorkerError, match=words) as caught:
        await backend.encode_chat(chat)
    assert (caught.value.reason, caught.value.param) == ("INVALID_REQUEST", param)


def test_a_model_without_a_template(make_backend: MakeBackend, tmp_path: Path) -> None:
    import asyncio
    import json

    folder = tmp_path / "model"
    shutil.copytree(POCKET, folder)
    (folder / "chat_template.jinja").unlink()
    settings = json.loads((folder / "tokenizer_config.json").read_text())
    settings.pop("chat_template", None)
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    backend = make_backend(model=str(folder))
    with pytest.raises(WorkerError, match="no chat template") as caught:
        asyncio.run(backend.encode_chat(ChatPrompt([USER])))
    assert caught.value.reason == "INVALID_REQUEST"
    assert asyncio.run(text_of(backend, ChatPrompt([USER], template="{{ messages[0].content }}"))) == "hello"


async def test_plain_text(backend: TransformersBackend) -> None:
    tokens = await backend.encode_text("Gr\u00fc\u00dfe <|im_end|>", False)
    assert await backend.decode(tokens, skip_special_tokens=False) == "Gr\u00fc\u00dfe <|im_end|>"
    assert await backend.decode(tokens, skip_special_tokens=True) == "Gr\u00fc\u00dfe "
    assert await backend.encode_text("", False) == []
