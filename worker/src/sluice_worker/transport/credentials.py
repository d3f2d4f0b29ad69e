"""TLS for the server, from PEM files that are read again when they change."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass

import grpc

from .listen_address import ListenError

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TlsFiles:
    certificate: str
    key: str
    #: Whose clients are let in; None: all.
    client_ca: str | None = None


def create_credentials(files: TlsFiles) -> grpc.ServerCredentials:
    """A renewed certificate counts for the connections that come after it."""
    source = _CertificateSource(files)
    return grpc.dynamic_ssl_server_credentials(
        source.read(),
        # None is allowed, whatever the stub says: nothing has changed.
        source.changed,  # pyright: ignore[reportArgumentType]
        require_client_authentication=files.client_ca is not None,
    )


class _CertificateSource:
    def __init__(self, files: TlsFiles) -> None:
        self._files = files
        self._seen = self._times()

    def read(self) -> grpc.ServerCertificateConfiguration:
        files = self._files
        pair = (_read(files.key, "--tls-key"), _read(files.certificate, "--tls-cert"))
        ca = None if files.client_ca is None else _read(files.client_ca, "--tls-client-ca")
        return grpc.ssl_server_certificate_configuration([pair], root_certificates=ca)

    def changed(self) -> grpc.ServerCertificateConfiguration | None:
        """Asked at each handshake; None: as before."""
        try:
            times = self._times()
            if times == self._seen:
                return None
            configuration = self.read()
        except (OSError, ListenError) as error:
            # Files in the middle of their renewal.
            log.warning("the certificate was not read again: %s", error)
            return None
        self._seen = times
        log.info("the certificate was read again")
        return configuration

    def _times(self) -> tuple[int, ...]:
        files = (self._files.certificate, self._files.key, self._files.client_ca)
        return tuple(_modified(path) for path in files if path is not None)


def _modified(path: str) -> int:
    """Nanoseconds; 0 where there is no such file, which `read` explains."""
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return 0


def _read(path: str, flag: str) -> bytes:
    try:
        with open(path, "rb") as file:
            content = file.read()
    except OSError as error:
        raise ListenError(f"{flag} {path}: {error.strerror}") from error
    if b"-----BEGIN " not in content:
        raise ListenError(f"{flag} {path} is no PEM file")
    return content
