"""What the generator produces: chat turns or raw prose, and how they become one string."""

import json
from dataclasses import dataclass, field

END_OF_TEXT = "<|endoftext|>"
TURN_START = "<|im_start|>"
TURN_END = "<|im_end|>"
TOOL_CALL_START = "<tool_call>"
TOOL_CALL_END = "</tool_call>"
TOOL_RESPONSE_START = "<tool_response>"
TOOL_RESPONSE_END = "</tool_response>"

TOOLS_INTRODUCTION = "# Tools\n\nYou can call these functions:\n<tools>"
TOOLS_INSTRUCTION = (
    "</tools>\n\nTo call a function, answer with its name and arguments:\n"
    f'{TOOL_CALL_START}\n{{"name": "function", "arguments": {{}}}}\n{TOOL_CALL_END}'
)


@dataclass(frozen=True)
class Turn:
    role: str
    content: str


@dataclass(frozen=True)
class Document:
    """Either `turns` (a chat) or `prose` (plain text to continue)."""

    category: str
    turns: tuple[Turn, ...] = ()
    prose: str = ""
    tools: tuple[dict[str, object], ...] = field(default=(), hash=False)


def system(content: str) -> Turn:
    return Turn("system", content)


def user(content: str) -> Turn:
    return Turn("user", content)


def assistant(content: str) -> Turn:
    return Turn("assistant", content)


def tool(content: str) -> Turn:
    return Turn("tool", content)


def tool_call(name: str, arguments: dict[str, object]) -> str:
    call = json.dumps({"name": name, "arguments": arguments}, ensure_ascii=False)
    return f"{TOOL_CALL_START}\n{call}\n{TOOL_CALL_END}"


def tools_block(tools: tuple[dict[str, object], ...]) -> str:
    listed = "".join("\n" + json.dumps(entry, ensure_ascii=False) for entry in tools)
    return f"{TOOLS_INTRODUCTION}{listed}\n{TOOLS_INSTRUCTION}"


def prompt_turns(document: Document) -> list[Turn]:
    """The turns with the tools written into the system turn, as the chat template does."""
    turns = list(document.turns)
    if not document.tools:
        return turns
    block = tools_block(document.tools)
    if turns and turns[0].role == "system":
        return [system(f"{turns[0].content}\n\n{block}"), *turns[1:]]
    return [system(block), *turns]


def segments(document: Document) -> list[tuple[str, bool]]:
    """Pieces of text in order, each with whether the model should learn to produce it."""
    if document.prose:
        return [(document.prose + END_OF_TEXT, True)]
    pieces: list[tuple[str, bool]] = []
    for turn in prompt_turns(document):
        opening = f"{TURN_START}{turn.role}\n"
        if turn.role == "assistant":
            pieces += [(opening, False), (turn.content + TURN_END, True), ("\n", False)]
        else:
            pieces.append((f"{opening}{turn.content}{TURN_END}\n", False))
    pieces.append((END_OF_TEXT, True))
    return pieces


def render(document: Document) -> str:
    return "".join(text for text, _ in segments(document))
