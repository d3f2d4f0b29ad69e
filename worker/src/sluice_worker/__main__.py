"""`python -m sluice_worker`, and the command `sluice-worker`."""

from __future__ import annotations

import asyncio
import logging
import os
import sys

from .process.arguments import parse_arguments
from .process.logs import set_up_logs


def main() -> None:
    arguments = parse_arguments()
    set_up_logs(arguments.log_level, arguments.log_format)
    # What matters of gRPC's own words reaches us as errors; and no process that we fork would use it.
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")
    os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")
    from .process.run import run_worker

    async def run() -> None:
        try:
            code = await run_worker(arguments)
        except Exception:
            logging.getLogger(__name__).critical("the worker failed", exc_info=True)
            code = 1
        # Threads may be loading weights or stand in native code, and an ordinary exit would wait for them.
        logging.shutdown()
        sys.stdout.flush()
        os._exit(code)

    asyncio.run(run())


if __name__ == "__main__":
    main()
