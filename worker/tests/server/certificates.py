"""An authority, and certificates that it signed, made with openssl."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Pair:
    certificate: Path
    key: Path


class Authority:
    def __init__(self, folder: Path, name: str = "ca") -> None:
        if shutil.which("openssl") is None:
            pytest.skip("openssl is not installed, which makes the certificates of this test")
        self._folder = folder
        key, certificate = folder / f"{name}.key", folder / f"{name}.pem"
        subject = ["-subj", f"/CN={name}", "-days", "2"]
        _openssl("req", "-x509", *_NEW_KEY, "-keyout", key, "-out", certificate, *subject)
        self.pair = Pair(certificate, key)

    def sign(self, name: str) -> Pair:
        """For localhost; `name` is the subject's."""
        folder = self._folder
        key, request, certificate = (folder / f"{name}.{ending}" for ending in ("key", "csr", "pem"))
        extensions = folder / f"{name}.ext"
        extensions.write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
        _openssl("req", *_NEW_KEY, "-keyout", key, "-out", request, "-subj", f"/CN={name}")
        signer = ["-CA", self.pair.certificate, "-CAkey", self.pair.key, "-CAcreateserial", "-days", "2"]
        _openssl("x509", "-req", "-in", request, "-out", certificate, *signer, "-extfile", extensions)
        return Pair(certificate, key)


_NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


def _openssl(*arguments: object) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)
