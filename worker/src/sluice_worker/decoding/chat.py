"""Chat messages of the contract as chat templates know them."""

from __future__ import annotations

import json
from collections.abc import Iterable

from ..backend import ChatPrompt
from ..contract import messages as wire
from .checks import invalid, read_json_object, refuse, unsupported

_ROLES = frozenset({"system", "developer", "user", "assistant", "tool"})


def decode_chat(request: wire.ChatRequest, model_template: str) -> ChatPrompt:
    """`model_template`: the model's own; a request may bring another."""
    if not request.messages:
        raise invalid("messages", "is empty: a chat needs at least one message")
    template = request.chat_template or model_template
    continues = request.continue_final_message
    if continues and request.messages[-1].role != "assistant":
        raise invalid("continue_final_message", "needs an assistant's message at the end")
    tools = decode_tools(request, template)
    arguments = read_json_object("chat_template_kwargs_json", request.chat_template_kwargs_json)
    if request.reasoning_effort:
        arguments["reasoning_effort"] = request.reasoning_effort
    opens_answer = request.add_generation_prompt if request.HasField("add_generation_prompt") else None
    if continues and opens_answer:
        raise invalid("add_generation_prompt", "and continue_final_message exclude each other")
    return ChatPrompt(
        messages=[_decode_message(message, template) for message in request.messages],
        tools=tools,
        template=request.chat_template or None,
        template_arguments=arguments,
        add_generation_prompt=not continues if opens_answer is None else opens_answer,
        continue_final_message=continues,
    )


def decode_tools(request: wire.ChatRequest, template: str) -> list[dict[str, object]] | None:
    """None: the model is not to call any. What it cannot be made to do is refused."""
    choice = request.tool_choice.WhichOneof("choice") if request.HasField("tool_choice") else None
    mode = request.tool_choice.mode if choice == "mode" else ("auto" if choice is None else "required")
    if mode not in ("none", "auto", "required"):
        raise invalid("tool_choice", f"is {mode[:50]!r}; it must be none, auto or required")
    if mode == "required":
        raise unsupported(
            "tool_choice", "must be none or auto: this worker cannot make the model call a tool"
        )
    if not request.tools or mode == "none":
        return None
    if request.HasField("parallel_tool_calls") and not request.parallel_tool_calls:
        raise unsupported(
            "parallel_tool_calls", "cannot be false: this worker cannot hold the model to one call"
        )
    if "tools" not in template:
        raise unsupported("tools", "are not supported: the model's chat template has no place for them")
    return [_decode_tool(tool, index) for index, tool in enumerate(request.tools)]


def _decode_tool(tool: wire.Tool, index: int) -> dict[str, object]:
    if not tool.name:
        raise invalid("tools", f"has no name at {index}")
    function: dict[str, object] = {"name": tool.name, "description": tool.description}
    function["parameters"] = read_json_object("parameters_json", tool.parameters_json)
    if tool.HasField("strict") and tool.strict:
        raise unsupported(
            "strict", f"is not supported (tools[{index}]): arguments are not held to their schema"
        )
    return {"type": "function", "function": function}


def _decode_message(message: wire.Message, template: str) -> dict[str, object]:
    role = message.role
    if role not in _ROLES:
        raise invalid("role", f"is {role[:50]!r}; it must be one of {', '.join(sorted(_ROLES))}")
    # Only few templates know the younger name.
    if role == "developer" and "developer" not in template:
        role = "system"
    decoded: dict[str, object] = {"role": role, "content": _join(message.content)}
    if message.name:
        decoded["name"] = message.name
    if message.tool_calls:
        if role != "assistant":
            raise invalid("tool_calls", f"belong to assistant messages, not to {role}")
        decoded["tool_calls"] = [_decode_call(call) for call in message.tool_calls]
    if message.tool_call_id:
        if role != "tool":
            raise invalid("tool_call_id", f"belongs to tool messages, not to {role}")
        decoded["tool_call_id"] = message.tool_call_id
    if message.reasoning:
        if role != "assistant":
            raise invalid("reasoning", f"belongs to assistant messages, not to {role}")
        # Families of templates call it differently.
        decoded["reasoning_content"] = decoded["thinking"] = message.reasoning
    return decoded


def _join(parts: Iterable[wire.ContentPart]) -> str:
    """Plain text, which every template takes; lists of parts only some do."""
    texts: list[str] = []
    for part in parts:
        refuse({"media": part.WhichOneof("part") == "media"})
        texts.append(part.refusal if part.WhichOneof("part") == "refusal" else part.text)
    return "".join(texts)


def _decode_call(call: wire.ToolCall) -> dict[str, object]:
    """Templates expect arguments as an object; what is none stays the text that it is."""
    arguments: object = call.arguments_json
    try:
        parsed = json.loads(call.arguments_json or "{}")
        arguments = parsed if isinstance(parsed, dict) else arguments
    except (ValueError, RecursionError):
        pass
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": arguments}}
