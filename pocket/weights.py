"""The trained weights rounded once, to what Q8_0 can hold: the only source for both exported formats."""

import gguf
import torch
from safetensors.torch import load_file
from torch import Tensor

from pocket.model import Pocket
from pocket.paths import CHECKPOINT_FILE, HUGGING_FACE
from pocket.shape import POCKET


def trained_weights() -> dict[str, Tensor]:
    saved = torch.load(CHECKPOINT_FILE, weights_only=True)
    weights: dict[str, Tensor] = saved["network"]
    return {name: _rounded(weight) for name, weight in weights.items()}


def _rounded(weight: Tensor) -> Tensor:
    """Matrices get the values that llama.cpp will see, so that both formats hold the same model."""
    if weight.ndim == 1:
        return weight.to(torch.float16).float()
    blocks = gguf.quants.quantize(weight.float().numpy(), gguf.GGMLQuantizationType.Q8_0)
    values = gguf.quants.dequantize(blocks, gguf.GGMLQuantizationType.Q8_0)
    # Kept in f32: rounding to f16 here would move some blocks when they are quantized again.
    return torch.from_numpy(values)


def exported_network() -> Pocket:
    """The exported weights, computed in f32."""
    network = Pocket(POCKET)
    weights = load_file(HUGGING_FACE / "model.safetensors")
    network.load_state_dict({name: weight.float() for name, weight in weights.items()})
    return network.eval()
