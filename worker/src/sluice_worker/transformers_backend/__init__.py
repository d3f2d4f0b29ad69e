"""The transformers backend."""

from .backend import TransformersBackend
from .settings import TransformersSettings

__all__ = ["TransformersBackend", "TransformersSettings"]
