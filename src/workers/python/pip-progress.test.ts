import { expect, test } from 'vitest'
import { describePipLine } from './pip-progress.ts'

test.each([
  ['Collecting torch==2.13.0', 'preparing torch'],
  ['Collecting grpcio>=1.60 (from sluice-worker==0.1.0)', 'preparing grpcio'],
  [
    'Processing /opt/wheels/numpy-2.4.0-cp311-cp311-manylinux_2_27_x86_64.whl (from torch)',
    'preparing numpy',
  ],
  ['  Downloading torch-2.13.0-cp311-cp311-manylinux1_x86_64.whl (199.1 MB)', 'downloading torch (199.1 MB)'],
  ['Building wheels for collected packages: sluice-worker', 'building sluice-worker'],
  ['Installing collected packages: numpy, torch', 'installing numpy, torch'],
  ['Installing collected packages: a, b, c, d, e', 'installing 5 packages, d, e among them'],
  ['Requirement already satisfied: pip', undefined],
])('%s', (line, text) => {
  expect(describePipLine(line)).toBe(text)
})
