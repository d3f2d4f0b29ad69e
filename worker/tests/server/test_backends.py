"""Which backend is chosen, and how options reach it."""

from __future__ import annotations

import platform
import sys

import pytest

from sluice_worker import backends
from sluice_worker.backends import BackendOptions, BackendUnavailableError, assert_installed, resolve_backend
from sluice_worker.errors import WorkerError


@pytest.mark.parametrize(
    ("system", "machine", "installed", "cuda", "expected"),
    [
        ("darwin", "arm64", {"mlx", "vllm"}, False, "mlx"),
        ("darwin", "x86_64", {"mlx"}, False, "transformers"),
        ("darwin", "arm64", set(), False, "transformers"),
        ("linux", "x86_64", {"vllm"}, True, "vllm"),
        ("linux", "x86_64", {"vllm"}, False, "transformers"),
        ("linux", "aarch64", {"mlx"}, True, "transformers"),
    ],
)
def test_auto(
    monkeypatch: pytest.MonkeyPatch, system: str, machine: str, installed: set[str], cuda: bool, expected: str
) -> None:
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(platform, "machine", lambda: machine)
    monkeypatch.setattr(backends, "_is_installed", lambda name: name in installed)
    monkeypatch.setattr(backends, "_has_cuda", lambda: cuda)
    assert resolve_backend("auto") == expected
    assert resolve_backend("vllm") == "vllm"


def test_what_is_missing_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backends, "_is_installed", lambda _: False)
    with pytest.raises(BackendUnavailableError, match=r"pip install 'sluice-worker\[vllm\]'"):
        assert_installed("vllm")


def test_options_of_transformers() -> None:
    pytest.importorskip("transformers")
    pytest.importorskip("torch")
    options = BackendOptions(
        "/m", dtype="bfloat16", threads=1, extra={"allow_pickle": True, "attention": "eager"}
    )
    assert backends.create_backend("transformers", options).name == "transformers"


@pytest.mark.parametrize(
    ("options", "param"),
    [
        (BackendOptions("/m", dtype="int3"), "dtype"),
        (BackendOptions("/m", extra={"speed": 1}), "speed"),
        (BackendOptions("/m", extra={"model": "/n"}), "model"),
        (BackendOptions("/m", extra={"attention": "much"}), "attention"),
        (BackendOptions("/m", extra={"allow_pickle": "yes"}), "allow_pickle"),
    ],
)
def test_wrong_options_of_transformers(options: BackendOptions, param: str) -> None:
    pytest.importorskip("transformers")
    pytest.importorskip("torch")
    with pytest.raises(WorkerError) as caught:
        backends.create_backend("transformers", options)
    assert (caught.value.reason, caught.value.param) == ("INVALID_REQUEST", param)
