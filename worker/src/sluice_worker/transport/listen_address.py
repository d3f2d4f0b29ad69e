"""Where the worker listens: `unix:PATH` or `HOST:PORT`."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass


class ListenError(Exception):
    """The address cannot be used; its message says why and what to do."""


@dataclass(frozen=True, slots=True)
class UnixAddress:
    path: str

    def __str__(self) -> str:
        return f"unix:{self.path}"


@dataclass(frozen=True, slots=True)
class TcpAddress:
    host: str
    #: 0: one of the system's choice.
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def is_loopback(self) -> bool:
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


ListenAddress = UnixAddress | TcpAddress

#: Bytes of `sun_path` on macOS, the smallest of the systems, less the zero at its end.
_LONGEST_PATH = 103


def parse_listen_address(text: str) -> ListenAddress:
    """Raises ValueError with a message for the user."""
    if text.startswith("unix:"):
        path = text.removeprefix("unix:")
        if path.startswith("//"):
            path = path[2:]
        if not path:
            raise ValueError("unix: needs a path, such as unix:/run/sluice/worker.sock")
        if len(path.encode()) > _LONGEST_PATH:
            raise ValueError(f"{path} is too long for a Unix socket: the most are {_LONGEST_PATH} bytes")
        return UnixAddress(path)
    host, colon, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not colon or not host or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise ValueError(f"{text!r} is no address: give unix:PATH or HOST:PORT, such as 127.0.0.1:7070")
    return TcpAddress(host, int(port))
