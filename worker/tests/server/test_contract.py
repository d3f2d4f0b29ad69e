"""What the package carries of the contract is what ../proto says."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from sluice_worker.contract import messages as wire

TOOLS = Path(__file__).parents[2] / "tools"


def test_the_committed_files_are_up_to_date(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("grpc_tools")
    monkeypatch.syspath_prepend(str(TOOLS))
    import compile_contract

    for path, content in compile_contract.compile_outputs().items():
        assert path.read_bytes() == content, f"run: {sys.executable} {TOOLS}/compile_contract.py"


def test_presence_survives() -> None:
    request = wire.ChatRequest.FromString(
        wire.ChatRequest(sampling=wire.SamplingParams(temperature=0.0)).SerializeToString()
    )
    assert request.sampling.HasField("temperature")
    assert not request.sampling.HasField("top_p")


def test_other_packages_may_register_the_same_names() -> None:
    from google.protobuf import descriptor_pb2, descriptor_pool

    file = descriptor_pb2.FileDescriptorProto(name="grpc/health/v1/health.proto", package="grpc.health.v1")
    file.message_type.add(name="HealthCheckRequest").field.add(
        name="service", number=1, type=descriptor_pb2.FieldDescriptorProto.TYPE_STRING, label=1
    )
    descriptor_pool.Default().AddSerializedFile(file.SerializeToString())
    assert wire.HealthCheckRequest(service="x").service == "x"
