"""Where a worker listens, and who may call it."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import grpc
import pytest

from sluice_worker.contract import messages as wire
from sluice_worker.serving.worker_identity import WorkerIdentity
from sluice_worker.serving.worker_server import ServerOptions, WorkerServer
from sluice_worker.transport.credentials import TlsFiles
from sluice_worker.transport.listen_address import (
    ListenAddress,
    ListenError,
    TcpAddress,
    UnixAddress,
    parse_listen_address,
)

from .certificates import Authority, Pair
from .client import MODEL, Client
from .echo_backend import EchoBackend

LOOPBACK = TcpAddress("127.0.0.1", 0)


@asynccontextmanager
async def listening(address: ListenAddress, tls: TlsFiles | None = None) -> AsyncIterator[str]:
    options = ServerOptions(WorkerIdentity("w"), MODEL, "echo", "/m")
    server = WorkerServer(EchoBackend, options)
    try:
        yield await server.start(address, tls)
    finally:
        await server.stop()


async def ask(address: str, credentials: grpc.ChannelCredentials | None = None) -> str:
    async with Client(address, credentials) as client:
        return (await client.control("GetWorkerInfo", wire.GetWorkerInfoRequest(), timeout=20)).worker_id


def credentials(authority: Authority, client: Pair | None = None) -> grpc.ChannelCredentials:
    root = authority.pair.certificate.read_bytes()
    if client is None:
        return grpc.ssl_channel_credentials(root)
    return grpc.ssl_channel_credentials(root, client.key.read_bytes(), client.certificate.read_bytes())


async def assert_refused(address: str, secure: grpc.ChannelCredentials | None) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await ask(address, secure)
    assert caught.value.code() == grpc.StatusCode.UNAVAILABLE


async def test_a_socket_is_its_users_alone(folder: Path) -> None:
    path = folder / "new" / "worker.sock"
    async with listening(UnixAddress(str(path))) as address:
        assert address == f"unix:{path}"
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
        assert stat.S_IMODE(os.stat(path.parent).st_mode) == 0o700
        assert await ask(address) == "w"
    assert not path.exists()


async def test_a_socket_that_a_dead_worker_left_is_replaced(folder: Path) -> None:
    path = folder / "worker.sock"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    async with listening(UnixAddress(str(path))) as address:
        assert await ask(address) == "w"


async def test_a_live_socket_is_left_alone(folder: Path) -> None:
    place = UnixAddress(str(folder / "worker.sock"))
    async with listening(place) as address:
        with pytest.raises(ListenError, match="another process listens there"):
            async with listening(place):
                pass
        assert await ask(address) == "w"


async def test_a_file_in_the_way_is_not_removed(folder: Path) -> None:
    path = folder / "precious"
    path.write_text("x")
    with pytest.raises(ListenError, match="no socket"):
        async with listening(UnixAddress(str(path))):
            pass
    assert path.read_text() == "x"


async def test_a_successors_socket_is_not_removed(folder: Path) -> None:
    path = folder / "worker.sock"
    async with listening(UnixAddress(str(path))):
        path.unlink()
        with socket.socket(socket.AF_UNIX) as successor:
            successor.bind(str(path))
    assert path.exists()


async def test_a_free_port_is_told(folder: Path) -> None:
    async with listening(LOOPBACK) as address:
        assert not address.endswith(":0")
        assert await ask(address) == "w"


async def test_a_taken_port_is_an_error() -> None:
    async with listening(LOOPBACK) as address:
        with pytest.raises(ListenError, match="in use"):
            async with listening(parse_listen_address(address)):
                pass


async def test_tls(folder: Path) -> None:
    authority = Authority(folder)
    server = authority.sign("server")
    async with listening(LOOPBACK, TlsFiles(str(server.certificate), str(server.key))) as address:
        assert await ask(address, credentials(authority)) == "w"
        await assert_refused(address, credentials(Authority(folder, "stranger")))
        await assert_refused(address, None)


async def test_clients_need_a_certificate_of_the_authority(folder: Path) -> None:
    authority, stranger = Authority(folder), Authority(folder, "stranger")
    server, client = authority.sign("server"), authority.sign("client")
    files = TlsFiles(str(server.certificate), str(server.key), str(authority.pair.certificate))
    async with listening(LOOPBACK, files) as address:
        assert await ask(address, credentials(authority, client)) == "w"
        await assert_refused(address, credentials(authority))
        await assert_refused(address, credentials(authority, stranger.sign("fraud")))


async def test_a_renewed_certificate_is_used_without_a_restart(folder: Path) -> None:
    old, new = Authority(folder), Authority(folder, "new")
    first, second = old.sign("first"), new.sign("second")
    async with listening(LOOPBACK, TlsFiles(str(first.certificate), str(first.key))) as address:
        assert await ask(address, credentials(old)) == "w"
        # In the middle of a renewal the old one goes on.
        first.key.write_text("half")
        assert await ask(address, credentials(old)) == "w"
        shutil.copy(second.key, first.key)
        shutil.copy(second.certificate, first.certificate)
        assert await ask(address, credentials(new)) == "w"


@pytest.mark.parametrize("content", [None, "nothing"])
async def test_unusable_certificates_are_named(folder: Path, content: str | None) -> None:
    path = folder / "key.pem"
    if content is not None:
        path.write_text(content)
    with pytest.raises(ListenError, match=f"--tls-key {path}"):
        async with listening(LOOPBACK, TlsFiles(str(path), str(path))):
            pass


async def test_garbage_disturbs_nobody(folder: Path) -> None:
    async with listening(LOOPBACK) as address:
        host, _, port = address.rpartition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"GET / HTTP/1.1\r\n\r\n" + os.urandom(1000))
        await writer.drain()
        await asyncio.wait_for(reader.read(), 20)
        writer.close()
        assert await ask(address) == "w"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("unix:/a/b.sock", UnixAddress("/a/b.sock")),
        ("unix:///a/b.sock", UnixAddress("/a/b.sock")),
        ("localhost:0", TcpAddress("localhost", 0)),
        ("[::1]:70", TcpAddress("::1", 70)),
        ("0.0.0.0:65535", TcpAddress("0.0.0.0", 65535)),
    ],
)
def test_addresses(text: str, address: ListenAddress) -> None:
    assert parse_listen_address(text) == address
    assert parse_listen_address(str(address)) == address


@pytest.mark.parametrize(
    "text", ["", "unix:", "7070", ":7070", "host:", "host:x", "host:65536", f"unix:/{'a' * 103}"]
)
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(ValueError, match=r"address|path|too long"):
        parse_listen_address(text)


def test_loopback() -> None:
    assert [
        TcpAddress(host, 1).is_loopback for host in ("127.0.0.2", "::1", "localhost", "0.0.0.0", "host")
    ] == [
        True,
        True,
        True,
        False,
        False,
    ]
