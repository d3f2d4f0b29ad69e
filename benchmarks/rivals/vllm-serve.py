"""Runs vLLM's own benchmark client (vllm/benchmarks, unchanged) without its engine.

    python vllm-serve.py FOLDER [arguments of `vllm bench serve`]

FOLDER holds the unpacked `vllm/` of the wheel. What the client imports from the engine's part (logging, tokenizers,
inputs for other modalities) is replaced here; nothing that measures is.
"""

import argparse
import asyncio
import gc
import importlib.machinery
import logging
import sys
import types
from unittest.mock import MagicMock

folder = sys.argv.pop(1)
real = ("vllm.benchmarks", "vllm.utils.argparse_utils", "vllm.utils.import_utils", "vllm.version", "vllm._version")


class Engine:
    """Finds every module of vLLM that is not the benchmark client, and makes it empty."""

    def find_spec(self, name, path=None, target=None):
        if not name.startswith("vllm.") or any(name == one or name.startswith(one + ".") for one in real):
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec):
        module = MagicMock(name=spec.name)
        module.__path__ = [f"{folder}/{spec.name.replace('.', '/')}"]
        module.__spec__ = spec
        return module

    def exec_module(self, module):
        pass


package = types.ModuleType("vllm")
package.__path__ = [f"{folder}/vllm"]
sys.modules["vllm"] = package
sys.meta_path.insert(0, Engine())

import vllm.logger  # noqa: E402
import vllm.tokenizers  # noqa: E402
import vllm.utils.gc_utils  # noqa: E402
import vllm.utils.network_utils  # noqa: E402

vllm.logger.init_logger = logging.getLogger
vllm.utils.gc_utils.freeze_gc_heap = lambda: (gc.collect(), gc.freeze())
vllm.utils.network_utils.join_host_port = lambda host, port: f"{host}:{port}"


def get_tokenizer(name, **_settings):
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(name)


vllm.tokenizers.get_tokenizer = get_tokenizer

from vllm.benchmarks.serve import add_cli_args, main_async  # noqa: E402

parser = argparse.ArgumentParser()
add_cli_args(parser)
asyncio.run(main_async(parser.parse_args()))
