#!/usr/bin/env bash
# Trains pocket from nothing: text, tokenizer, network, both exports, scorecard.
# Stop it at any time; the same command goes on from the last checkpoint.
# Any build of torch will do. To spare pip the CUDA packages on Linux, set before the first run:
# PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu
# Arguments go to the trainer, for example: pocket/train.sh --steps 2000 --threads 8
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work="$here/.work"
python="$here/.venv/bin/python"
mkdir -p "$work"
if [ ! -x "$python" ]; then
  "${PYTHON:-python3}" -m venv "$here/.venv"
fi
if ! "$python" -c 'import gguf, numpy, safetensors, tokenizers, torch' 2>/dev/null; then
  "$python" -m pip install --quiet -r "$here/requirements.txt"
fi
cd "$here/.."
if [ ! -f "$work/tokenizer.json" ]; then
  "$python" -m pocket.tokenizer_training
fi
"$python" -m pocket.training "$@" 2>&1 | tee -a "$work/train.log"
"$python" -m pocket.export
"$python" -m pocket.evaluate --show | tee "$work/scorecard.txt"
