"""Runs the server's tests with other releases of protobuf, gRPC and Python, each in its own environment.

    python tools/check_versions.py [FOLDER]

What the package promises in pyproject.toml is checked here, and not in every run of the tests: it downloads.
FOLDER keeps the environments; by default they are thrown away.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

WORKER = Path(__file__).resolve().parents[1]
TESTS = ("tests/server", "tests/chat_output", "tests/library_backends")


@dataclass(frozen=True)
class Release:
    name: str
    #: A program on the search path; empty: this one.
    python: str
    packages: tuple[str, ...]


RELEASES = (
    Release("protobuf-5", "", ("protobuf==5.*", "grpcio")),
    Release("protobuf-6", "", ("protobuf==6.*", "grpcio")),
    Release("protobuf-7", "", ("protobuf==7.*", "grpcio")),
    Release("oldest", "python3.10", ("protobuf==5.26.*", "grpcio==1.60.*")),
)


def check(release: Release, folder: Path) -> bool:
    """Prints how it went."""
    python = shutil.which(release.python) if release.python else sys.executable
    if python is None:
        print(f"{release.name}: skipped, there is no {release.python}")
        return True
    place = folder / release.name
    if not place.exists():
        subprocess.run([python, "-m", "venv", str(place)], check=True)
        install = [str(place / "bin" / "python"), "-m", "pip", "install", "--quiet"]
        subprocess.run([*install, *release.packages, "pytest>=8", "pytest-asyncio>=1", "numpy"], check=True)
        subprocess.run([*install, "--no-deps", "setuptools>=77"], check=True)
        subprocess.run([*install, "--no-deps", "--no-build-isolation", "-e", str(WORKER)], check=True)
    version = (
        "import google.protobuf, grpc, sys; print(google.protobuf.__version__, grpc.__version__, sys.version)"
    )
    found = subprocess.run(
        [str(place / "bin" / "python"), "-c", version], capture_output=True, text=True, check=True
    )
    tests = [str(place / "bin" / "python"), "-m", "pytest", "-q", "-p", "no:cacheprovider", *TESTS]
    run = subprocess.run(tests, cwd=WORKER, capture_output=True, text=True, check=False)
    last = (run.stdout.strip().splitlines() or ["nothing was printed"])[-1]
    print(f"{release.name}: {found.stdout.split()[:3]}: {last}")
    if run.returncode != 0:
        print(run.stdout[-3000:], run.stderr[-1000:])
    return run.returncode == 0


def main() -> None:
    kept = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    with tempfile.TemporaryDirectory() as thrown_away:
        folder = kept or Path(thrown_away)
        folder.mkdir(parents=True, exist_ok=True)
        results = [check(release, folder) for release in RELEASES]
    raise SystemExit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
