"""The MLX backend for Apple silicon: continuous batches of mlx-lm's BatchGenerator, as of mlx-lm 0.32."""
