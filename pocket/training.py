"""Trains the network; stops and resumes at any checkpoint."""

import argparse
import json
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

import torch
from tokenizers import Tokenizer
from torch import Tensor

from pocket.held_out import held_out_losses
from pocket.model import Pocket
from pocket.packing import Packer
from pocket.paths import CHECKPOINT_FILE, PID_FILE, REPORT_FILE, TOKENIZER_FILE, write_atomically
from pocket.shape import POCKET

STEPS = 6300
TOKENS_PER_STEP = 4096
WARM_UP = 200
PEAK_RATE = 2e-3
FINAL_SHARE = 0.02
SEED = 1
LOG_EVERY = 50
SAVE_EVERY = 200
EVALUATE_EVERY = 1000

# Share of the steps and row length: short rows are fastest, long ones make the context real.
PHASES = ((0.42, 256), (0.9, 512), (1.0, 1024))


@dataclass
class Progress:
    step: int = 0
    tokens: int = 0
    learned_tokens: int = 0
    trained_seconds: float = 0.0
    loss: float = 0.0
    held_out: dict[str, float] = field(default_factory=dict)


def rate_at(step: int, steps: int) -> float:
    if step < WARM_UP:
        return PEAK_RATE * (step + 1) / WARM_UP
    done = (step - WARM_UP) / max(1, steps - WARM_UP)
    cosine = 0.5 * (1 + torch.cos(torch.tensor(done * torch.pi)).item())
    return PEAK_RATE * (FINAL_SHARE + (1 - FINAL_SHARE) * cosine)


def length_at(step: int, steps: int) -> int:
    return next(length for share, length in PHASES if step < share * steps or share == 1.0)


def optimizer_for(network: Pocket) -> torch.optim.AdamW:
    matrices = [weight for weight in network.parameters() if weight.dim() == 2]
    norms = [weight for weight in network.parameters() if weight.dim() == 1]
    groups: list[dict[str, Any]] = [
        {"params": matrices, "weight_decay": 0.1},
        {"params": norms, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=PEAK_RATE, betas=(0.9, 0.95), fused=True)


class Run:
    def __init__(self, steps: int) -> None:
        torch.manual_seed(SEED)
        self.steps = steps
        self.network = Pocket(POCKET)
        self.optimizer = optimizer_for(self.network)
        self.tokenizer = Tokenizer.from_file(str(TOKENIZER_FILE))
        self.progress = Progress()
        if CHECKPOINT_FILE.exists():
            self._resume()
        # A resumed run reads new text instead of repeating what it has seen.
        seed = SEED + self.progress.step
        self.packer = Packer(self.tokenizer, seed)
        self.stopping = False
        self.length = 0
        self.batches: Iterator[tuple[Tensor, Tensor]] = iter(())

    def _resume(self) -> None:
        saved = torch.load(CHECKPOINT_FILE, weights_only=True)
        self.network.load_state_dict(saved["network"])
        self.optimizer.load_state_dict(saved["optimizer"])
        self.progress = Progress(**saved["progress"])

    def save(self) -> None:
        saved = {
            "network": self.network.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "progress": asdict(self.progress),
        }
        write_atomically(CHECKPOINT_FILE, lambda partial: torch.save(saved, partial))
        report = {"steps": self.steps, **asdict(self.progress)}
        write_atomically(REPORT_FILE, lambda partial: partial.write_text(json.dumps(report, indent=1)))

    def _next_batch(self) -> tuple[Tensor, Tensor]:
        length = length_at(self.progress.step, self.steps)
        if length != self.length:
            self.length = length
            self.batches = self.packer.batches(TOKENS_PER_STEP // length, length)
        return next(self.batches)

    def stop(self, *_: object) -> None:
        """Asked to end: the current step is finished and saved."""
        self.stopping = True

    def step(self) -> float:
        tokens, targets = self._next_batch()
        for group in self.optimizer.param_groups:
            group["lr"] = rate_at(self.progress.step, self.steps)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            loss = self.network.loss(tokens, targets)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.progress.step += 1
        self.progress.tokens += tokens.numel()
        self.progress.learned_tokens += int((targets >= 0).sum())
        return loss.item()

    def evaluate(self) -> None:
        self.progress.held_out = held_out_losses(self.network, self.tokenizer)
        shown = ", ".join(f"{name} {loss:.3f}" for name, loss in self.progress.held_out.items())
        print(f"held out at {self.progress.step}: {shown}", flush=True)

    def train(self) -> None:
        progress = self.progress
        average = progress.loss
        self.network.train()
        while progress.step < self.steps and not self.stopping:
            before = time.process_time()
            started = time.monotonic()
            loss = self.step()
            # A paused process must not count: wall time is capped by the processor time used.
            spent = min(time.monotonic() - started, time.process_time() - before)
            progress.trained_seconds += spent
            share = 0.02 if progress.step > 100 else 0.2
            average = loss if average == 0.0 else average + share * (loss - average)
            progress.loss = average
            if progress.step % LOG_EVERY == 0:
                print(
                    f"step {progress.step}/{self.steps} loss {average:.4f} row {self.length} "
                    f"rate {rate_at(progress.step, self.steps):.2e} tokens {progress.tokens} "
                    f"trained {progress.trained_seconds:.0f}s at {time.strftime('%H:%M:%S')}",
                    flush=True,
                )
            if progress.step % EVALUATE_EVERY == 0 or progress.step == self.steps:
                self.evaluate()
            if progress.step % SAVE_EVERY == 0 or progress.step == self.steps or self.stopping:
                self.save()


def main() -> None:
    parser = argparse.ArgumentParser(description="Train pocket, or go on from the last checkpoint.")
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    PID_FILE.write_text(str(os.getpid()))
    run = Run(arguments.steps)
    signal.signal(signal.SIGTERM, run.stop)
    signal.signal(signal.SIGINT, run.stop)
    run.train()


if __name__ == "__main__":
    main()
