"""Where the model runs: devices, their memory, number formats."""

from __future__ import annotations

import os
import platform
from pathlib import Path

import torch

from ..backend import Device
from ..errors import WorkerError
from .settings import Dtype

_DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}
_CGROUP = Path("/sys/fs/cgroup")


def resolve_device(name: str) -> torch.device:
    """auto: CUDA, else MPS, else the CPU. Raises INVALID_REQUEST where the named device is not there."""
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise WorkerError(
            "INVALID_REQUEST", f"unknown device {name!r}: use auto, cpu, cuda, cuda:N or mps"
        ) from error
    if device.type == "cuda":
        count = torch.cuda.device_count()
        if (device.index or 0) >= count:
            message = f"the device {name!r} is not there: torch {torch.__version__} sees {count} CUDA devices"
            raise WorkerError("INVALID_REQUEST", message)
        return torch.device("cuda", device.index or 0)
    if device.type == "mps" and not torch.backends.mps.is_available():
        raise WorkerError("INVALID_REQUEST", "the device 'mps' needs a Mac with an Apple GPU")
    if device.type not in ("cpu", "mps"):
        raise WorkerError(
            "INVALID_REQUEST", f"the device {name!r} is not supported: use auto, cpu, cuda or mps"
        )
    return device


def resolve_dtype(name: Dtype, device: torch.device, checkpoint: torch.dtype | None) -> torch.dtype:
    """The CPU computes in float32, which is exact and mostly faster there than half precision."""
    if name != "auto":
        return _DTYPES[name]
    if device.type == "cpu":
        return torch.float32
    return checkpoint if checkpoint in (torch.bfloat16, torch.float16) else torch.bfloat16


def dtype_name(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")


def resolve_threads(threads: int) -> int:
    """All cores but one: the event loop and, often, a gateway work beside the engine."""
    if threads > 0:
        return threads
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity is not None else os.cpu_count() or 1
    return max(1, cores - 1)


def read_memory(device: torch.device) -> tuple[int, int]:
    """Bytes of the device, total and free; for the CPU those of the machine or container. Zero: unknown."""
    if device.type == "cuda":
        free, total = torch.cuda.mem_get_info(device)
        # What torch holds in reserve is free for torch.
        return total, free + torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
    if device.type == "mps":
        total = torch.mps.recommended_max_memory()
        return total, max(0, total - torch.mps.driver_allocated_memory())
    return _machine_memory()


def _machine_memory() -> tuple[int, int]:
    total = free = 0
    try:
        for line in Path("/proc/meminfo").read_text().splitlines():
            name, _, value = line.partition(":")
            if name == "MemTotal":
                total = int(value.split()[0]) * 1024
            elif name == "MemAvailable":
                free = int(value.split()[0]) * 1024
    except OSError:
        names = ("SC_PHYS_PAGES", "SC_PAGE_SIZE")
        return (os.sysconf(names[0]) * os.sysconf(names[1]) if hasattr(os, "sysconf") else 0), 0
    limit = _read_number(_CGROUP / "memory.max")
    if limit is not None and limit < total:
        used = (_read_number(_CGROUP / "memory.current") or 0) - _reclaimable()
        total, free = limit, min(free, max(0, limit - used))
    return total, free


def _reclaimable() -> int:
    """Bytes of files in the container's page cache, which count as used but give way."""
    try:
        fields = dict(line.split() for line in (_CGROUP / "memory.stat").read_text().splitlines())
    except (OSError, ValueError):
        return 0
    return int(fields.get("inactive_file", 0))


def _read_number(path: Path) -> int | None:
    try:
        return int(path.read_text())
    except (OSError, ValueError):
        return None


def describe_device(device: torch.device) -> Device:
    total, free = read_memory(device)
    if device.type == "cuda":
        return Device("cuda", torch.cuda.get_device_name(device), device.index or 0, total, free)
    name = "Apple GPU" if device.type == "mps" else _processor_name()
    return Device(device.type, name, 0, total, free)


def _processor_name() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
