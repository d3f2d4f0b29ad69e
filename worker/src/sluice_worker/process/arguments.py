"""The command line. Imports nothing that takes time: --help answers at once."""

from __future__ import annotations

import argparse
import json
import os
import platform
from collections.abc import Callable, Sequence
from typing import NoReturn

from .. import __version__
from ..transport.listen_address import ListenAddress, TcpAddress, UnixAddress, parse_listen_address

_EPILOG = """\
Prints one line of JSON on standard output once it listens:
  {"event":"listening","address":"unix:/run/sluice/worker.sock"}
and, where the model cannot be loaded, one that says why:
  {"event":"failed","reason":"INVALID_MODEL","message":"..."}
Health (grpc.health.v1) is SERVING once the model is warm. Logs go to standard error.

SIGTERM and SIGINT: takes nothing new, lets running answers end, then stops; a second one stops at once.
Exit codes: 0 stopped as asked, 1 the engine failed, 2 wrong arguments, 5 no usable model, 6 out of memory.
"""


class Arguments(argparse.Namespace):
    """See `create_parser` for meanings and units."""

    model: str
    id: str
    alias: list[str]
    revision: str | None
    listen: ListenAddress
    backend: str
    device: str
    dtype: str
    context_length: int
    parallel: int
    threads: int
    batch_tokens: int
    trust_remote_code: bool
    backend_option: list[tuple[str, object]]
    tool_parser: str
    reasoning_parser: str
    worker_id: str
    label: list[tuple[str, str]]
    max_queue: int
    drain_timeout: float
    drain_grace: float
    tls_cert: str | None
    tls_key: str | None
    tls_client_ca: str | None
    insecure: bool
    reflection: bool
    parent_pipe: bool
    log_level: str
    log_format: str


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message} (see --help)\n")


def parse_arguments(given: Sequence[str] | None = None) -> Arguments:
    """Ends the process with code 2 and one line where they are wrong."""
    parser = create_parser()
    arguments = parser.parse_args(given, namespace=Arguments())
    _check_transport(parser, arguments)
    arguments.id = arguments.id or _default_id(arguments.model)
    arguments.worker_id = arguments.worker_id or f"{platform.node() or 'worker'}/{arguments.id}"
    return arguments


def create_parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="sluice-worker",
        description="Serves one language model over the gRPC contract llm.v1.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"sluice-worker {__version__}")
    _add_model(parser.add_argument_group("model"))
    _add_engine(parser.add_argument_group("engine"))
    _add_network(parser.add_argument_group("network"))
    _add_operation(parser.add_argument_group("operation"))
    return parser


_Group = argparse._ArgumentGroup


def _add_model(group: _Group) -> None:
    group.add_argument("--model", required=True, metavar="DIR|HUB_ID", help="a folder, or a name on the hub")
    group.add_argument("--id", default="", help="the name that requests use (default: the model's own)")
    group.add_argument("--alias", action="append", default=[], help="another name; may be repeated")
    group.add_argument("--revision", help="branch, tag or commit on the hub")
    group.add_argument(
        "--trust-remote-code", action="store_true", help="run Python code that comes with the model"
    )
    group.add_argument(
        "--tool-parser",
        choices=("auto", "none", "hermes", "llama3", "mistral"),
        default="auto",
        help="how the model writes tool calls (default: as its chat template tells)",
    )
    group.add_argument(
        "--reasoning-parser",
        choices=("auto", "none", "think"),
        default="auto",
        help="how it marks its thoughts (default: as its chat template tells)",
    )


def _add_engine(group: _Group) -> None:
    group.add_argument(
        "--backend",
        choices=("auto", "transformers", "vllm", "mlx"),
        default="auto",
        help="auto: mlx on Apple silicon and vllm on CUDA where installed, else transformers",
    )
    group.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:1, mps")
    group.add_argument("--dtype", default="auto", help="auto, float32, bfloat16, float16")
    group.add_argument(
        "--context-length",
        type=_whole(0),
        default=0,
        metavar="TOKENS",
        help="per request, prompt and answer together (default: the model's, as far as memory allows)",
    )
    group.add_argument(
        "--parallel", type=_whole(0), default=0, metavar="N", help="requests generated at the same time"
    )
    group.add_argument(
        "--batch-tokens", type=_whole(0), default=0, metavar="N", help="most tokens in one step"
    )
    group.add_argument("--threads", type=_whole(0), default=0, metavar="N", help="CPU threads")
    group.add_argument(
        "--backend-option",
        type=_option,
        action="append",
        default=[],
        metavar="NAME=JSON",
        help="a setting that only this backend knows; may be repeated",
    )


def _add_network(group: _Group) -> None:
    group.add_argument(
        "--listen",
        type=_address,
        default=TcpAddress("127.0.0.1", 50051),
        metavar="unix:PATH|HOST:PORT",
        help="port 0: a free one (default: 127.0.0.1:50051)",
    )
    group.add_argument("--tls-cert", metavar="FILE", help="PEM certificate, with its chain")
    group.add_argument("--tls-key", metavar="FILE", help="its PEM key")
    group.add_argument(
        "--tls-client-ca", metavar="FILE", help="let in only clients with a certificate of this authority"
    )
    group.add_argument(
        "--insecure", action="store_true", help="listen on other than loopback addresses without TLS"
    )
    group.add_argument("--reflection", action="store_true", help="offer gRPC server reflection")


def _add_operation(group: _Group) -> None:
    group.add_argument("--worker-id", default="", help="stable and unique (default: host name and model)")
    group.add_argument(
        "--label", type=_label, action="append", default=[], metavar="NAME=VALUE", help="told to callers"
    )
    group.add_argument(
        "--max-queue",
        type=_whole(0),
        default=256,
        metavar="N",
        help="generations that may wait (default: 256)",
    )
    group.add_argument(
        "--drain-timeout",
        type=_seconds,
        default=30.0,
        metavar="SECONDS",
        help="how long running answers may take once told to stop (default: 30)",
    )
    group.add_argument(
        "--drain-grace",
        type=_seconds,
        default=0.0,
        metavar="SECONDS",
        help="how long requests are still taken after health says NOT_SERVING (default: 0)",
    )
    group.add_argument(
        "--parent-pipe",
        action="store_true",
        help="end at once when standard input ends or the parent process dies",
    )
    group.add_argument("--log-level", choices=("debug", "info", "warn", "error"), default="info")
    group.add_argument(
        "--log-format", choices=("auto", "json", "plain"), default="auto", help="auto: plain on a terminal"
    )


def _check_transport(parser: argparse.ArgumentParser, arguments: Arguments) -> None:
    tls = arguments.tls_cert, arguments.tls_key
    listen = arguments.listen
    if None in tls and any((*tls, arguments.tls_client_ca)):
        parser.error("--tls-cert and --tls-key belong together, and --tls-client-ca needs both")
    if isinstance(listen, UnixAddress):
        if any(tls):
            parser.error("TLS is for TCP: a Unix socket is protected by its folder")
    elif not listen.is_loopback and None in tls and not arguments.insecure:
        parser.error(
            f"--listen {listen} is open to other machines: give --tls-cert and --tls-key, or --insecure"
        )


def _default_id(model: str) -> str:
    """A folder's name, or the hub's name as it is."""
    is_folder = os.path.isdir(model) or model.startswith((".", "/", "~", os.sep))
    return os.path.basename(os.path.abspath(os.path.expanduser(model))) if is_folder else model


def _whole(least: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not text.isascii() or not text.isdigit() or int(text) < least:
            raise argparse.ArgumentTypeError(f"{text!r} is no whole number of at least {least}")
        return int(text)

    return read


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 86_400:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds from 0 to 86400")
    return value


def _address(text: str) -> ListenAddress:
    try:
        return parse_listen_address(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _label(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name, value


def _option(text: str) -> tuple[str, object]:
    """The value is JSON where it can be read as that, else text."""
    name, value = _label(text)
    try:
        return name.replace("-", "_"), json.loads(value)
    except ValueError:
        return name.replace("-", "_"), value
