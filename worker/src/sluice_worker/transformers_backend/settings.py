"""What a user can choose about the transformers backend."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Dtype = Literal["auto", "float32", "bfloat16", "float16"]
AttentionKernel = Literal["auto", "eager"]


@dataclass(frozen=True, slots=True)
class TransformersSettings:
    """Zeros mean: the backend chooses."""

    #: A folder, or the name of a repository on the Hugging Face hub.
    model: str
    revision: str | None = None
    #: auto, cpu, cuda, cuda:1, mps.
    device: str = "auto"
    #: auto: float32 on the CPU; elsewhere the checkpoint's own half precision, else bfloat16.
    dtype: Dtype = "auto"
    #: Tokens per request, prompt and answer together. 0: the model's own, as far as memory allows.
    context_length: int = 0
    #: Requests that generate at the same time. 0: 16, and 64 on CUDA.
    parallel: int = 0
    #: Most tokens in one step; what running rows leave of it is for prompts. 0: 512, and 2048 on CUDA.
    batch_tokens: int = 0
    #: CPU threads of one operation. 0: all cores but one, which the event loop and the gateway need.
    threads: int = 0
    #: Runs Python code that comes with the model.
    trust_remote_code: bool = False
    #: Also loads pickled weights (*.bin), which can run code.
    allow_pickle: bool = False
    #: eager: plain matrix products instead of fused attention kernels.
    attention: AttentionKernel = "auto"
    #: Decode steps on CUDA are recorded once and replayed, where a check at load shows equal results.
    cuda_graphs: bool = True
