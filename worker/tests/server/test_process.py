"""Real processes: what they print, how they end, and that they do not outlive their parent."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import grpc
import pytest

from sluice_worker.contract import messages as wire

from .client import MODEL, Client, collect, complete, details, finished
from .eventually import eventually

WORKER = Path(__file__).parent / "echo_worker.py"
PIPE = asyncio.subprocess.PIPE
Process = asyncio.subprocess.Process
Start = Callable[..., Awaitable[Process]]


@pytest.fixture
async def start(folder: Path) -> AsyncIterator[Start]:
    """`backend` comes before the worker's own arguments; see echo_worker.py."""
    started: list[Process] = []

    async def run(*arguments: str, backend: tuple[str, ...] = ()) -> Process:
        common = ["--model", "/m", "--id", MODEL, "--listen", f"unix:{folder}/worker.sock"]
        command = [sys.executable, str(WORKER), *backend, "--", *common, *arguments]
        process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, stderr=PIPE)
        started.append(process)
        return process

    yield run
    for process in started:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def line_of(process: Process) -> dict[str, Any]:
    assert process.stdout is not None
    return json.loads(await asyncio.wait_for(process.stdout.readline(), 30))


async def connect(process: Process) -> Client:
    """To a worker that serves."""
    event = await line_of(process)
    assert event["event"] == "listening"
    client = Client(event["address"])
    async for answer in client.health("Watch"):
        if answer.status == wire.HealthCheckResponse.SERVING:
            return client
    raise AssertionError("it never served")


async def code_of(process: Process) -> int:
    return await asyncio.wait_for(process.wait(), 30)


async def test_it_listens_before_it_has_loaded(start: Start, folder: Path) -> None:
    process = await start(backend=("load=never",))
    assert await line_of(process) == {"event": "listening", "address": f"unix:{folder}/worker.sock"}
    async with Client(f"unix:{folder}/worker.sock") as client:
        assert (await client.health("Check")).status == wire.HealthCheckResponse.NOT_SERVING
    process.terminate()
    assert await code_of(process) == 0
    assert not (folder / "worker.sock").exists()


async def test_it_tells_its_real_port(start: Start) -> None:
    process = await start("--listen", "127.0.0.1:0", "--worker-id", "me")
    async with await connect(process) as client:
        info = await client.control("GetWorkerInfo", wire.GetWorkerInfoRequest())
        assert (info.worker_id, info.process_id) == ("me", process.pid)


@pytest.mark.parametrize(
    ("load", "code", "reason", "message"),
    [
        ("invalid", 5, "INVALID_MODEL", "these are no weights"),
        ("memory", 6, "INSUFFICIENT_MEMORY", "it does not fit"),
        ("broken", 1, "ENGINE_FAILED", "the model could not be loaded: it broke"),
    ],
)
async def test_a_failed_load_says_why(start: Start, load: str, code: int, reason: str, message: str) -> None:
    process = await start(backend=(f"load={load}",))
    assert (await line_of(process))["event"] == "listening"
    assert await line_of(process) == {"event": "failed", "reason": reason, "message": message}
    assert await code_of(process) == code


async def test_an_engine_that_ends_takes_the_worker_with_it(start: Start) -> None:
    process = await start(backend=("dies=1",))
    assert await code_of(process) == 1


async def test_sigterm_lets_running_answers_end(start: Start, folder: Path) -> None:
    process = await start()
    async with await connect(process) as client:
        call = client.inference("Complete", complete("abc", max_tokens=3000))
        await anext(aiter(call))
        process.terminate()
        assert finished(await collect(call))
    assert await code_of(process) == 0
    assert not (folder / "worker.sock").exists()


async def test_what_runs_too_long_ends_with_an_error(start: Start) -> None:
    process = await start("--drain-timeout", "0.2", backend=("go=never",))
    async with await connect(process) as client:
        call = client.inference("Complete", complete())
        await anext(aiter(call))
        process.terminate()
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await collect(call)
        assert caught.value.code() == grpc.StatusCode.UNAVAILABLE
        assert details(caught.value)[0].reason == "DRAINING"
    assert await code_of(process) == 0


async def test_in_the_grace_time_requests_are_still_taken(start: Start) -> None:
    process = await start("--drain-grace", "60")
    async with await connect(process) as client:
        health = aiter(client.health("Watch"))
        await anext(health)
        process.terminate()
        assert (await anext(health)).status == wire.HealthCheckResponse.NOT_SERVING
        assert finished(await collect(client.inference("Complete", complete())))
        process.terminate()
        assert await code_of(process) == 128 + signal.SIGTERM


async def test_a_second_signal_ends_at_once(start: Start, folder: Path) -> None:
    process = await start(backend=("go=never",))
    async with await connect(process) as client:
        await anext(aiter(client.inference("Complete", complete())))
        health = aiter(client.health("Watch"))
        await anext(health)
        process.send_signal(signal.SIGINT)
        assert (await anext(health)).status == wire.HealthCheckResponse.NOT_SERVING
        process.send_signal(signal.SIGINT)
        assert await code_of(process) == 128 + signal.SIGINT
    assert not (folder / "worker.sock").exists()


@pytest.mark.parametrize("backend", [("go=never",), ("load=never",)])
async def test_the_end_of_its_input_ends_it(start: Start, folder: Path, backend: tuple[str, ...]) -> None:
    process = await start("--parent-pipe", backend=backend)
    assert (await line_of(process))["event"] == "listening"
    assert process.stdin is not None
    process.stdin.write(b"still here\n")
    process.stdin.close()
    assert await code_of(process) == 0
    assert not (folder / "worker.sock").exists()


async def test_it_does_not_outlive_a_killed_parent(folder: Path) -> None:
    # The grandchild's input stays open: it is ours.
    worker = [sys.executable, str(WORKER), "--", "--model", "/m", "--listen", f"unix:{folder}/worker.sock"]
    script = f"import subprocess; subprocess.run({[*worker, '--parent-pipe']!r})"
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", script, stdin=PIPE, stdout=PIPE)
    await line_of(parent)
    async with Client(f"unix:{folder}/worker.sock") as client:
        info = await client.control("GetWorkerInfo", wire.GetWorkerInfoRequest())
    parent.kill()
    await parent.wait()
    await eventually(lambda: not _is_running(info.process_id))


def _is_running(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        pass
    if os.path.isdir("/proc/self"):
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_a_second_worker_does_not_take_the_socket(start: Start, folder: Path) -> None:
    first = await start()
    async with await connect(first):
        second = await start()
        event = await line_of(second)
        assert (event["event"], event["reason"]) == ("failed", "ENGINE_FAILED")
        assert "another process listens there" in event["message"]
        assert await code_of(second) == 1
        assert (folder / "worker.sock").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--listen", "0.0.0.0:0"], "is open to other machines"),
        (["--listen", "nonsense"], "is no address"),
        (["--tls-cert", "x"], "--tls-cert and --tls-key belong together"),
        (["--tls-cert", "x", "--tls-key", "y"], "TLS is for TCP"),
        (["--parallel", "-1"], "is no whole number"),
        (["--drain-timeout", "nan"], "is no number of seconds"),
        (["--label", "x"], "is not NAME=VALUE"),
        (["--backend", "guess"], "invalid choice"),
        (["--nonsense"], "unrecognized arguments"),
    ],
)
async def test_wrong_arguments_are_one_line(start: Start, arguments: list[str], message: str) -> None:
    process = await start(*arguments)
    output, errors = await process.communicate()
    assert (process.returncode, output) == (2, b"")
    (line,) = errors.decode().splitlines()
    assert message in line


async def test_logs_are_lines_of_json(start: Start) -> None:
    process = await start()
    async with await connect(process):
        process.terminate()
    _, errors = await process.communicate()
    entries = [json.loads(line) for line in errors.splitlines()]
    assert [entry["msg"] for entry in entries][-1] == "stopped"
    assert {entry["level"] for entry in entries} == {"info"}
    assert {entry["pid"] for entry in entries} == {process.pid}


async def test_a_backend_that_is_not_installed(folder: Path) -> None:
    command = [sys.executable, "-m", "sluice_worker", "--model", "/m", "--backend", "mlx"]
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=PIPE)
    output, _ = await process.communicate()
    assert process.returncode == 2
    assert "pip install 'sluice-worker[mlx]'" in json.loads(output)["message"]


async def test_help_answers_without_loading_an_engine() -> None:
    script = "import sys, sluice_worker.process.arguments as a; a.create_parser().format_help(); "
    script += "print([name for name in ('torch', 'grpc', 'transformers') if name in sys.modules])"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", script, stdout=PIPE)
    output, _ = await process.communicate()
    assert output.decode().strip() == "[]"
