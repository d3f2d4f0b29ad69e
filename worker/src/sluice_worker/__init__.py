"""A worker for sluice: language models behind the gRPC contract llm.v1."""

__version__ = "0.1.0"
