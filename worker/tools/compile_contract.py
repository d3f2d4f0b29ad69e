"""Writes what the package carries of the contract: the descriptor set, and type stubs for its messages.

    python tools/compile_contract.py

Run it after a change in ../proto; a test compares its output with the committed files.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import grpc_tools
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from grpc_tools import protoc
from message_stubs import write_stubs

PACKAGE = Path(__file__).resolve().parent.parent / "src" / "sluice_worker"
PROTO = Path(__file__).resolve().parents[2] / "proto"
SOURCES = (
    "llm/v1/common.proto",
    "llm/v1/inference.proto",
    "llm/v1/control.proto",
    "google/rpc/error.proto",
    "grpc/health/v1/health.proto",
)


def compile_descriptor_set() -> bytes:
    """The files of ../proto with everything that they import, in the order of their imports."""
    well_known = Path(grpc_tools.__file__).parent / "_proto"
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "contract.binpb"
        arguments = ["protoc", f"-I{PROTO}", f"-I{well_known}", "--include_imports"]
        code = protoc.main([*arguments, f"--descriptor_set_out={output}", *SOURCES])
        if code != 0:
            raise SystemExit(f"protoc ended with {code}")
        return output.read_bytes()


def compile_outputs() -> dict[Path, bytes]:
    """File to content, of everything that this script writes."""
    descriptor_set = compile_descriptor_set()
    stubs = write_stubs(FileDescriptorSet.FromString(descriptor_set))
    return {
        PACKAGE / "llm_v1.binpb": descriptor_set,
        PACKAGE / "contract" / "messages.pyi": _format(stubs).encode(),
    }


def _format(stubs: str) -> str:
    """As the formatter would leave it, so that formatting the package changes nothing."""
    command = [sys.executable, "-m", "ruff", "format", "--stdin-filename", "messages.pyi", "-"]
    settings = ["--config", str(PACKAGE.parents[1] / "pyproject.toml")]
    return subprocess.run(
        [*command, *settings], input=stubs, capture_output=True, text=True, check=True
    ).stdout


if __name__ == "__main__":
    for path, content in compile_outputs().items():
        path.write_bytes(content)
