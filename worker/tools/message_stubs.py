"""Type stubs of protobuf messages, so that a type checker knows classes which are made at run time."""

from __future__ import annotations

from collections.abc import Iterator

from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FieldDescriptorProto,
    FileDescriptorSet,
)

HEADER = '''\
"""Written by tools/compile_contract.py from ../proto; not to be edited. Meanings stand in the proto files."""

# ruff: noqa: N802
import typing as _t
from collections.abc import Iterable as _Iterable
from collections.abc import Mapping as _Mapping
from collections.abc import MutableMapping as _MutableMapping
from collections.abc import MutableSequence as _MutableSequence

import typing_extensions as _te

class _Message:
    def SerializeToString(self, *, deterministic: bool = ...) -> bytes: ...
    @classmethod
    def FromString(cls, s: bytes) -> _te.Self: ...
    def HasField(self, field_name: str) -> bool: ...
    def ClearField(self, field_name: str) -> None: ...
    def CopyFrom(self, other: _te.Self) -> None: ...
    def MergeFrom(self, other: _te.Self) -> None: ...
    def WhichOneof(self, oneof_group: str) -> str | None: ...
    def ByteSize(self) -> int: ...

_T = _t.TypeVar("_T", bound=_Message)

class _Messages(_MutableSequence[_T]):
    def add(self, **fields: object) -> _T: ...
'''

SCALARS = {
    FieldDescriptorProto.TYPE_STRING: "str",
    FieldDescriptorProto.TYPE_BYTES: "bytes",
    FieldDescriptorProto.TYPE_BOOL: "bool",
    FieldDescriptorProto.TYPE_FLOAT: "float",
    FieldDescriptorProto.TYPE_DOUBLE: "float",
    FieldDescriptorProto.TYPE_ENUM: "int",
}


def write_stubs(files: FileDescriptorSet) -> str:
    """One flat module: message names are unique across the packages of the contract."""
    lines = [HEADER]
    for file in files.file:
        prefix = f".{file.package}."
        for enum in file.enum_type:
            lines += _enum(enum)
        for message in file.message_type:
            lines += _message(message, prefix)
            lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _message(message: DescriptorProto, prefix: str) -> Iterator[str]:
    maps = {f"{prefix}{message.name}.{entry.name}": entry for entry in message.nested_type}
    maps = {name: entry for name, entry in maps.items() if entry.options.map_entry}
    yield f"class {message.name}(_Message):"
    for enum in message.enum_type:
        yield from (f"    {line}" for line in _enum(enum))
    for nested in message.nested_type:
        if not nested.options.map_entry:
            yield from (f"    {line}" for line in _message(nested, f"{prefix}{message.name}."))
    for field in message.field:
        yield f"    {field.name}: {_type(field, maps)[0]}"
    arguments = "".join(f", {field.name}: {_type(field, maps)[1]} | None = ..." for field in message.field)
    yield f"    def __init__(self{', *' if arguments else ''}{arguments}) -> None: ..."


def _enum(enum: EnumDescriptorProto) -> Iterator[str]:
    if enum.name != "_":
        yield f"class {enum.name}(int): ..."
    for value in enum.value:
        yield f"{value.name}: {enum.name}"


def _type(field: FieldDescriptorProto, maps: dict[str, DescriptorProto]) -> tuple[str, str]:
    """The type that is read, and the one that the constructor takes."""
    if field.type_name in maps:
        key, value = (_single(part) for part in maps[field.type_name].field)
        return f"_MutableMapping[{key}, {value}]", f"_Mapping[{key}, {value}]"
    single = _single(field)
    if field.label != FieldDescriptorProto.LABEL_REPEATED:
        return single, single
    kind = "_Messages" if field.type == FieldDescriptorProto.TYPE_MESSAGE else "_MutableSequence"
    return f"{kind}[{single}]", f"_Iterable[{single}]"


def _single(field: FieldDescriptorProto) -> str:
    if field.type == FieldDescriptorProto.TYPE_MESSAGE:
        return field.type_name.rsplit(".", 1)[1]
    return SCALARS.get(field.type, "int")
