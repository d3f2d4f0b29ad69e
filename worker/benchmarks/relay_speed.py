"""Messages per second that the gRPC server relays, and what one token's message costs of its CPU.

    python benchmarks/relay_speed.py --streams 1,16,64 --seconds 4

The backend makes tokens as fast as they are read, so only the server is measured. It runs in a process of its
own; the clients are here, and on few cores they take the server's time: its CPU per message does not suffer.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import grpc

from sluice_worker.backend import (
    BackendLoad,
    ChatPrompt,
    Device,
    Event,
    Finish,
    Generation,
    ModelDescription,
    TextDelta,
)
from sluice_worker.contract import messages as wire
from sluice_worker.serving.worker_identity import WorkerIdentity
from sluice_worker.serving.worker_server import ServerOptions, WorkerServer
from sluice_worker.transport.listen_address import UnixAddress

MODEL = "fast"


class FastBackend:
    """A token whenever one is asked for."""

    name = "fast"
    version = "1"
    features: Sequence[str] = ("chat", "complete")

    async def load(self, progress: Callable[[float, str], None]) -> ModelDescription:
        return ModelDescription(
            "fast",
            "fast",
            2**31,
            2**31,
            256,
            "float32",
            0,
            0,
            has_chat_template=False,
            embedding_dimensions=0,
        )

    def devices(self) -> list[Device]:
        return []

    async def encode_chat(self, chat: ChatPrompt) -> list[int]:
        return [1]

    async def encode_text(self, text: str, add_special_tokens: bool) -> list[int]:
        return [1]

    async def decode(self, tokens: Sequence[int], skip_special_tokens: bool) -> str:
        return ""

    def token_bytes(self, token: int) -> bytes:
        return b""

    async def generate(self, generation: Generation) -> AsyncIterator[Event]:
        for _ in range(generation.max_tokens):
            await asyncio.sleep(0)
            yield TextDelta(" word", [7])
        yield Finish("length", 1, 0, generation.max_tokens, 0.0, 0.0, 0.0)

    async def embed(self, inputs: Sequence[Sequence[int]]) -> list[list[float]]:
        return []

    def load_now(self) -> BackendLoad:
        return BackendLoad(0, 0, 1024, 0, 0, 0.0, 0, 0, 0, 0, 0, {})

    async def close(self) -> None:
        pass


async def serve(path: str) -> None:
    """Answers each line of standard input with the CPU seconds of this process so far."""
    options = ServerOptions(WorkerIdentity("w"), MODEL, "fast", "fast")
    server = WorkerServer(FastBackend, options)
    await server.start(UnixAddress(path))
    await server.load()
    print("ready", flush=True)
    while await asyncio.to_thread(sys.stdin.readline):
        usage = resource.getrusage(resource.RUSAGE_SELF)
        print(usage.ru_utime + usage.ru_stime, flush=True)
    await server.stop()


def read_stream(path: str, stop_at: float) -> int:
    """Messages of one stream until then; the client that costs least reads in a thread of its own."""
    channel = grpc.insecure_channel(f"unix:{path}", options=(("grpc.use_local_subchannel_pool", 1),))
    call = channel.unary_stream(
        "/llm.v1.Inference/Complete", request_serializer=wire.CompleteRequest.SerializeToString
    )
    request = wire.CompleteRequest(context=wire.RequestContext(model=MODEL), text="a")
    events = call(request)
    count = 0
    for _ in events:
        count += 1
        if time.monotonic() > stop_at:
            break
    events.cancel()
    channel.close()
    return count


def measure(path: str, server: subprocess.Popen[str], streams: int, seconds: float) -> dict[str, float]:
    from concurrent.futures import ThreadPoolExecutor

    before = cpu_seconds(server)
    began = time.monotonic()
    with ThreadPoolExecutor(streams) as pool:
        counts = list(pool.map(lambda _: read_stream(path, began + seconds), range(streams)))
    took = time.monotonic() - began
    used = cpu_seconds(server) - before
    total = sum(counts)
    return {
        "streams": streams,
        "messages_per_second": round(total / took),
        "server_cpu_us_per_message": round(used / total * 1e6, 1),
        "server_cpu_share": round(used / took, 2),
    }


def cpu_seconds(server: subprocess.Popen[str]) -> float:
    assert server.stdin is not None
    assert server.stdout is not None
    server.stdin.write("\n")
    server.stdin.flush()
    return float(server.stdout.readline())


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--streams", default="1,16,64")
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        asyncio.run(serve(arguments.serve))
        return
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "worker.sock")
        command = [sys.executable, __file__, "--serve", path]
        pipe = subprocess.PIPE
        with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as server:
            assert server.stdout is not None
            assert server.stdin is not None
            server.stdout.readline()
            print(
                json.dumps(
                    {"cores": os.cpu_count(), "python": sys.version.split()[0], "grpc": grpc.__version__}
                )
            )
            for streams in map(int, arguments.streams.split(",")):
                print(json.dumps(measure(path, server, streams, arguments.seconds)))
            server.stdin.close()


if __name__ == "__main__":
    main()
