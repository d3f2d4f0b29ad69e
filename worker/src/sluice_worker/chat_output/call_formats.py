"""How families of models write tool calls."""

from __future__ import annotations

import secrets
import string
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CallFormat:
    name: str
    #: What announces calls, and what ends one.
    opening: str
    closing: str = ""
    #: What calls may begin with where the answer begins, without an announcement. Then only the names of the
    #: request's tools count: models answer with JSON of other kinds too.
    bare: str = ""
    #: Between two calls.
    separators: str = ""
    #: Calls may stand in a JSON array.
    arrays: bool = False
    #: A call may be a name and its arguments, without an envelope.
    named: bool = False
    #: Length of a call's id without a prefix; 0: any id will do.
    id_length: int = 0

    def make_id(self) -> str:
        if self.id_length == 0:
            return f"call_{secrets.token_hex(12)}"
        alphabet = string.ascii_letters + string.digits
        return "".join(secrets.choice(alphabet) for _ in range(self.id_length))


HERMES = CallFormat("hermes", opening="<tool_call>", closing="</tool_call>")
LLAMA3 = CallFormat("llama3", opening="<|python_tag|>", bare="{", separators=";,")
#: Mistral's templates refuse ids of another length.
MISTRAL = CallFormat(
    "mistral", opening="[TOOL_CALLS]", bare="[", separators=",", arrays=True, named=True, id_length=9
)

FORMATS = {call_format.name: call_format for call_format in (HERMES, LLAMA3, MISTRAL)}
