"""The shape of the network: one place for every number the trainer and the exporters share."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Shape:
    vocabulary: int = 2048
    width: int = 256
    layers: int = 5
    heads: int = 8
    key_value_heads: int = 4
    feed_forward: int = 576
    context: int = 1024
    norm_epsilon: float = 1e-5
    rope_theta: float = 10000.0

    @property
    def head_width(self) -> int:
        return self.width // self.heads

    @property
    def key_value_width(self) -> int:
        return self.key_value_heads * self.head_width


POCKET = Shape()
