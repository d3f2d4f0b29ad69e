/**
 * For comparing engines token by token. In float32 the best token leads the second by at least 0.033 logits at each of
 * 64 steps. llama.cpp rounds activations to 8 bits where weights are Q8_0, which decides nearer ties otherwise: of 40 such
 * prompts 29 agreed, and each of the 11 that parted did so where the lead was below 0.015 ("a lonely cat named" Basil or
 * Greta: 0.004).
 */
export const fixedPrompts = [
  'Write a short story about a cloud.',
  'Tell me a short story about a ship.',
  'Tell me a short story about a moon.',
  'Write a short story about a lost key.',
  'Tell me a short story about a wizard.',
  'Write a short story about a kite.',
  'Tell me a short story about a kite.',
  'Tell me a short story about a shadow.',
  'Tell me a short story about a drum.',
  'Tell me a short story about a tree.',
  'Tell me a short story about a hat.',
  'Write a short story about a ship.',
  'Write a short story about a castle.',
  'Tell me a short story about a train.',
  'Tell me a short story about a clock.',
  'Tell me a short story about a dragon.',
  'Tell me a short story about a star.',
  'Tell me a short story about a seed.',
  'Write a short story.',
  'Tell me a short story about a hamster.',
  'Tell me a short story about a goat.',
  'Tell me a short story about a candle.',
  'Tell me a short story about a whale.',
  'Tell me a short story about a spoon.',
]
