"""The trained weights rounded to f16 once: the only source for both exported formats."""

import torch
from safetensors.torch import load_file
from torch import Tensor

from pocket.model import Pocket
from pocket.paths import CHECKPOINT_FILE, HUGGING_FACE
from pocket.shape import POCKET


def trained_weights() -> dict[str, Tensor]:
    saved = torch.load(CHECKPOINT_FILE, weights_only=True)
    weights: dict[str, Tensor] = saved["network"]
    return {name: weight.to(torch.float16) for name, weight in weights.items()}


def exported_network() -> Pocket:
    """The exported f16 weights, computed in f32."""
    network = Pocket(POCKET)
    weights = load_file(HUGGING_FACE / "model.safetensors")
    network.load_state_dict({name: weight.float() for name, weight in weights.items()})
    return network.eval()
