"""A gRPC server that listens: sizes, keep-alive, TLS, reflection."""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence

import grpc
import grpc.aio

from ..contract.descriptors import CONTROL, HEALTH, INFERENCE, MAX_MESSAGE_BYTES, pool
from .credentials import TlsFiles, create_credentials
from .listen_address import ListenAddress, ListenError, TcpAddress, UnixAddress
from .socket_file import prepare_socket_file, remove_socket_file, socket_identity

_OPTIONS: tuple[tuple[str, int], ...] = (
    ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
    ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
    # Callers ping every 10 s while they wait for a long answer; by default that is a reason to hang up.
    ("grpc.http2.min_recv_ping_interval_without_data_ms", 5_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.max_ping_strikes", 0),
    # A caller whose machine has gone frees its rows.
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    # Two workers on one port would share its connections.
    ("grpc.so_reuseport", 0),
)


def create_grpc_server(interceptors: Sequence[grpc.aio.ServerInterceptor]) -> grpc.aio.Server:
    return grpc.aio.server(interceptors=interceptors, options=_OPTIONS)


def has_reflection() -> bool:
    from importlib.util import find_spec

    return find_spec("grpc_reflection") is not None


def add_reflection(server: grpc.aio.Server) -> None:
    from grpc_reflection.v1alpha import reflection

    names = (INFERENCE, CONTROL, HEALTH, reflection.SERVICE_NAME)
    reflection.enable_server_reflection(names, server, pool)


class Binding:
    """The place where a server listens."""

    def __init__(self, address: ListenAddress) -> None:
        #: With the real port.
        self.address = address
        self._identity: tuple[int, int] | None = None

    def bind(self, server: grpc.aio.Server, tls: TlsFiles | None) -> None:
        """Before the server starts. Raises ListenError."""
        address = self.address
        if isinstance(address, UnixAddress):
            self._bind_unix(server, address)
        else:
            self._bind_tcp(server, address, tls)

    def remove(self) -> None:
        """Removes the socket's file, unless a successor listens there already. Any thread may call it."""
        address = self.address
        if isinstance(address, UnixAddress) and self._identity is not None:
            if socket_identity(address.path) == self._identity:
                remove_socket_file(address.path)
            self._identity = None

    def _bind_unix(self, server: grpc.aio.Server, address: UnixAddress) -> None:
        prepare_socket_file(address.path)
        # gRPC removes at its end whatever lies at the path that it was given, a successor's socket too. So it
        # gets another one.
        first = f"{address.path[:-1]}{'-' if address.path.endswith('~') else '~'}"
        # The socket is its user's alone from its first moment on.
        mask = os.umask(0o177)
        try:
            server.add_insecure_port(f"unix:{first}")
            os.rename(first, address.path)
        except (RuntimeError, OSError) as error:
            raise ListenError(f"cannot listen at {address}: {error}") from error
        finally:
            os.umask(mask)
        self._identity = socket_identity(address.path)

    def _bind_tcp(self, server: grpc.aio.Server, address: TcpAddress, tls: TlsFiles | None) -> None:
        try:
            if tls is None:
                port = server.add_insecure_port(str(address))
            else:
                port = server.add_secure_port(str(address), create_credentials(tls))
        except RuntimeError as error:
            raise ListenError(f"cannot listen at {address}: {_explain(address, error)}") from error
        self.address = TcpAddress(address.host, port)


def _explain(address: TcpAddress, error: RuntimeError) -> str:
    """The system's own words, which gRPC keeps to itself."""
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(
            address.host, address.port, type=socket.SOCK_STREAM
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.bind(place)
    except OSError as reason:
        return (reason.strerror or str(reason)).lower()
    return str(error)
