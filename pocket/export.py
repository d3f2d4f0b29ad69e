"""Writes both formats from the last checkpoint."""

from pocket.export_gguf import export_gguf
from pocket.export_hugging_face import export_hugging_face
from pocket.paths import GGUF_FILE
from pocket.weights import trained_weights

LARGEST_FILE = 8_000_000


def main() -> None:
    weights = trained_weights()
    export_hugging_face(weights)
    export_gguf(weights)
    size = GGUF_FILE.stat().st_size
    if size > LARGEST_FILE:
        raise ValueError(f"{GGUF_FILE.name} has {size} bytes, more than {LARGEST_FILE}")
    parameters = sum(weight.numel() for weight in weights.values())
    print(f"exported {parameters:,} parameters, {GGUF_FILE.name} {size:,} bytes")


if __name__ == "__main__":
    main()
