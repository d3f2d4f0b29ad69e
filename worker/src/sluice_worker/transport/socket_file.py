"""The file of a Unix socket: private, never a live worker's."""

from __future__ import annotations

import contextlib
import os
import socket
import stat

from .listen_address import ListenError


def prepare_socket_file(path: str) -> None:
    """Makes the folder for its owner alone where it is missing, and removes what a dead worker has left."""
    folder = os.path.dirname(os.path.abspath(path))
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        status = os.lstat(path)
    except FileNotFoundError:
        return
    except OSError as error:
        raise ListenError(f"cannot listen at unix:{path}: {error.strerror}") from error
    if not stat.S_ISSOCK(status.st_mode):
        raise ListenError(f"cannot listen at unix:{path}: there is a file that is no socket")
    if _is_alive(path):
        raise ListenError(f"cannot listen at unix:{path}: another process listens there")
    remove_socket_file(path)


def remove_socket_file(path: str) -> None:
    with contextlib.suppress(OSError):
        os.unlink(path)


def socket_identity(path: str) -> tuple[int, int] | None:
    """Tells our socket from a successor's at the same path."""
    try:
        status = os.lstat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _is_alive(path: str) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1)
        try:
            probe.connect(path)
        except (ConnectionRefusedError, FileNotFoundError):
            return False
        except OSError:
            # Busy, or not ours to open: somebody is there.
            return True
        return True
