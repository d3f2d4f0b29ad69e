import { fileURLToPath } from 'node:url'
import { engineContract } from '../../engine/contract.test-kit.ts'
import { llamaCppLoader } from './loader.ts'

const source = fileURLToPath(new URL('../../../pocket/pocket.gguf', import.meta.url))

engineContract('llama.cpp', {
  createEngine: (change) =>
    // One thread: test files run side by side, and llama.cpp's threads spin while they wait for each other.
    llamaCppLoader.load(
      { ...change, source, threads: 1, gpuLayers: 0 },
      { signal: new AbortController().signal, onProgress() {} },
    ),
})
