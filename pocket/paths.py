"""Where everything is kept: products beside the code, working files under `.work/`."""

import os
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent
WORK = HERE / ".work"
HUGGING_FACE = HERE / "hf"
GGUF_FILE = HERE / "pocket.gguf"
TEMPLATE_FILE = HERE / "chat_template.jinja"
TOKENIZER_FILE = WORK / "tokenizer.json"
CHECKPOINT_FILE = WORK / "checkpoint.pt"
REPORT_FILE = WORK / "report.json"
PID_FILE = WORK / "trainer.pid"


def write_atomically(target: Path, write: Callable[[Path], object]) -> None:
    """Readers see either the old file or the new one, never half of it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(target.name + ".partial")
    write(partial)
    os.replace(partial, target)
