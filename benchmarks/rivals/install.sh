#!/bin/sh
# Installs the load generators that `npm run bench:rivals` compares with, each in a virtual environment of its own:
#   sh benchmarks/rivals/install.sh FOLDER
# It needs Python 3.12, an index of Python packages, and about 6 GB. PyTorch without CUDA is enough for GuideLLM: set
# TORCH_FIND_LINKS to a folder or page that has such a wheel where the index's own would bring CUDA.
set -eu
mkdir -p "$1"
cd "$1"
python=${PYTHON:-python3.12}

environment() {
  name=$1
  shift
  [ -x "$name/bin/python" ] || "$python" -m venv "$name"
  "$name/bin/pip" install --quiet ${TORCH_FIND_LINKS:+--find-links "$TORCH_FIND_LINKS"} "$@" ||
    echo "$name could not be installed and is left out" >&2
}

# The client of a server's wheel, without the server and what it needs.
client() {
  wheels=$(mktemp -d)
  vllm/bin/pip download --quiet --no-deps --only-binary :all: --dest "$wheels" "$1"
  vllm/bin/python -c '
import sys, zipfile
wheel, folder, *wanted = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    names = [name for name in archive.namelist() if name.endswith((".py", "METADATA")) and name.startswith(tuple(wanted))]
    archive.extractall(folder, names)
' "$wheels"/*.whl "$1-lib" "$1-" "$1/version.py" "$1/_version.py" "$1/bench" "$1/utils/argparse_utils.py" \
    "$1/utils/import_utils.py" "$1/srt/utils/network.py"
  rm -r "$wheels"
}

environment vllm aiohttp numpy tqdm transformers regex pyyaml pillow datasets huggingface_hub requests pybase64
environment sglang aiohttp msgspec numpy orjson requests tqdm transformers pybase64 pillow datasets psutil pyzmq
environment guidellm guidellm
environment aiperf aiperf
environment inference-perf inference-perf
environment evalscope 'evalscope[perf]'
environment genai-bench genai-bench
client vllm
client sglang
# What SGLang's client imports of its server: empty packages and one constant.
mkdir -p sglang-lib/sglang/srt/disaggregation
touch sglang-lib/sglang/__init__.py sglang-lib/sglang/srt/__init__.py sglang-lib/sglang/srt/utils/__init__.py
touch sglang-lib/sglang/srt/disaggregation/__init__.py
echo 'FAKE_BOOTSTRAP_HOST = "2.2.2.2"' > sglang-lib/sglang/srt/disaggregation/utils.py

# A tokenizer whose tokens are words, as the truth server's are: no tool has to reach a hub.
vllm/bin/python - <<'PYTHON'
import json, pathlib
from tokenizers import Tokenizer, models, pre_tokenizers

words = ["<unk>", "<s>", "</s>", "word", "café", "€5", "🙂", '{"a"', "user", "assistant", "Hello", "."]
words += [f"w{number}" for number in range(500)]
tokenizer = Tokenizer(models.WordLevel({word: index for index, word in enumerate(words)}, unk_token="<unk>"))
tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
folder = pathlib.Path("tokenizer")
folder.mkdir(exist_ok=True)
tokenizer.save(str(folder / "tokenizer.json"))
template = "{% for m in messages %}{{ m['role'] }} {{ m['content'] }} {% endfor %}"
settings = {"tokenizer_class": "PreTrainedTokenizerFast", "unk_token": "<unk>", "bos_token": "<s>", "eos_token": "</s>"}
(folder / "tokenizer_config.json").write_text(
    json.dumps({**settings, "model_max_length": 100000, "chat_template": template})
)
(folder / "config.json").write_text(json.dumps({"model_type": "gpt2", "architectures": ["GPT2LMHeadModel"]}))
PYTHON
