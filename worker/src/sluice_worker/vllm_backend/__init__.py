"""The vLLM backend: vLLM schedules, batches and samples; written against its AsyncLLM of release 0.33."""
