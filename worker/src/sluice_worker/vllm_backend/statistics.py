"""What vLLM tells of its steps. It calls its statistics unstable: what is missing counts as nothing."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from .library import Library


@dataclass
class Statistics:
    running: int = 0
    waiting: int = 0
    #: Of the cache for keys and values, 0 to 1.
    kv_usage: float = 0.0
    steps: int = 0
    prefill_tokens: int = 0
    cached_tokens: int = 0
    decode_tokens: int = 0
    last_step: float = field(default_factory=time.perf_counter)
    steps_by_batch_size: dict[int, int] = field(default_factory=dict)

    def record(self, scheduler: object, iteration: object) -> None:
        """One step of the engine."""
        if scheduler is not None:
            self.running = getattr(scheduler, "num_running_reqs", 0)
            self.waiting = getattr(scheduler, "num_waiting_reqs", 0)
            self.kv_usage = getattr(scheduler, "kv_cache_usage", 0.0)
            prefix = getattr(scheduler, "prefix_cache_stats", None)
            self.cached_tokens += getattr(prefix, "hits", 0)
        if iteration is None:
            return
        self.steps += 1
        self.last_step = time.perf_counter()
        self.prefill_tokens += getattr(iteration, "num_prompt_tokens", 0)
        generated = getattr(iteration, "num_generation_tokens", 0)
        self.decode_tokens += generated
        if generated:
            self.steps_by_batch_size[generated] = self.steps_by_batch_size.get(generated, 0) + 1


def stat_logger(library: Library, statistics: Statistics) -> type:
    """A class for `stat_loggers` of AsyncLLM, which makes one per engine."""

    class StatisticsLogger(library.stat_logger):
        def __init__(self, vllm_config: object, engine_index: int = 0) -> None:
            pass

        def record(self, scheduler_stats: object, iteration_stats: object, *_: object, **__: object) -> None:
            statistics.record(scheduler_stats, iteration_stats)

        def log_engine_initialized(self) -> None:
            pass

    return StatisticsLogger
