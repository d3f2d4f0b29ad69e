"""Continuous batching over one transformers model.

One thread owns the model and runs a loop of steps (`engine`). Each step takes waiting requests into free
rows, adds one token to every running row and as much of new prompts as the token budget allows (`plan`), all
in one forward pass without padding (`runner`, `layout`, `attention`, `kv_cache`), chooses all tokens together
(`sampler`), and hands what it gave to the event loop in one callback (`mailbox`).

Why not `transformers.generation.continuous_batching`: as of 5.23 it has no penalties, logit bias, min-p, stop
strings or seeds per request, one `do_sample` for all, one logprob per token after all processing and no
alternatives; on a CPU its attention looks at the keys of all requests through one mask, and top-k and top-p
sort the whole vocabulary. Measured with the bundled model in float32 on one core, greedy, tokens per second
at 1, 4 and 16 requests: 267, 796 and 1247; this package, event loop included: 349, 925 and 2412.
`benchmarks/transformers_speed.py` compares with `generate()`.
"""

from .backend import TransformersBackend
from .settings import TransformersSettings

__all__ = ["TransformersBackend", "TransformersSettings"]
