"""What vLLM's configuration tells of the model and the devices."""

from __future__ import annotations

import importlib

from ..backend import Device, ModelDescription
from .library import Engine


def describe_model(engine: Engine, chat_template: str) -> ModelDescription:
    """`chat_template`: empty where the model does not chat."""
    model = engine.vllm_config.model_config
    text = model.hf_text_config
    end = getattr(text, "eos_token_id", None)
    ends = end if isinstance(end, (list, tuple)) else [end]
    return ModelDescription(
        source=model.model,
        architecture=getattr(text, "model_type", ""),
        context_length=model.max_model_len,
        trained_context_length=getattr(text, "max_position_embeddings", 0) or 0,
        vocabulary_size=model.get_vocab_size(),
        dtype=str(model.dtype).removeprefix("torch."),
        parameters=0,
        size_bytes=0,
        has_chat_template=bool(chat_template),
        embedding_dimensions=0 if model.runner_type == "generate" else model.get_hidden_size(),
        eos_token_ids=tuple(token for token in ends if token is not None),
        quantization=model.quantization or "",
        chat_template=chat_template,
    )


def describe_devices() -> list[Device]:
    """Of CUDA, which torch knows; vLLM on other devices tells nothing of them."""
    cuda = importlib.import_module("torch").cuda
    if not cuda.is_available():
        return []
    devices: list[Device] = []
    for index in range(cuda.device_count()):
        free, total = cuda.mem_get_info(index)
        devices.append(Device("cuda", cuda.get_device_name(index), index, total, free))
    return devices
