"""The contract at run time: its descriptor set in a pool of our own.

Generated code would tie the worker to one protobuf version (its check refuses older runtimes), and what an
engine needs is not ours to choose. A descriptor set works with every one. The pool is not the default one,
where other packages may have registered google.rpc or grpc.health.v1 already.
"""

from __future__ import annotations

from pathlib import Path

from google.protobuf import descriptor_pb2, message_factory
from google.protobuf.descriptor import ServiceDescriptor
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import Message

_SET = Path(__file__).resolve().parent.parent / "llm_v1.binpb"

API_MAJOR = 1
API_MINOR = 1

#: Bytes; what either side accepts by default.
MAX_MESSAGE_BYTES = 64 * 2**20

INFERENCE = "llm.v1.Inference"
CONTROL = "llm.v1.Control"
HEALTH = "grpc.health.v1.Health"


def _read() -> tuple[DescriptorPool, dict[str, type[Message]]]:
    files = descriptor_pb2.FileDescriptorSet.FromString(_SET.read_bytes())
    pool = DescriptorPool()
    classes: dict[str, type[Message]] = {}
    for file in files.file:
        pool.AddSerializedFile(file.SerializeToString())
        for name in pool.FindFileByName(file.name).message_types_by_name:
            full_name = f"{file.package}.{name}"
            classes[name] = message_factory.GetMessageClass(pool.FindMessageTypeByName(full_name))
    return pool, classes


#: All messages that are not nested, by their short names, which are unique.
pool, message_classes = _read()


def find_service(name: str) -> ServiceDescriptor:
    return pool.FindServiceByName(name)


def enum_values() -> dict[str, int]:
    """The values of llm.v1's enums that stand outside of messages."""
    files = [pool.FindFileByName(f"llm/v1/{name}.proto") for name in ("common", "inference", "control")]
    enums = [enum for file in files for enum in file.enum_types_by_name.values()]
    return {value.name: value.number for enum in enums for value in enum.values}
