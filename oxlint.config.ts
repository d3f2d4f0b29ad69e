import { defineConfig } from 'oxlint'

/** Room -> the rooms it may import. This table IS the architecture; every wall below is derived from it. */
export const rooms: Record<string, string[]> = {
  'src/engine': [],
  'src/contract': ['engine'],
  'src/engines': ['engine', 'contract'],
  'src/host': ['engine', 'engines', 'contract'],
  'src/meter': ['engine', 'engines'],
  'src/workers': ['engine'],
  'src/protocols': ['engine'],
  'src/admission': ['engine'],
  'src/routing': ['engine', 'admission'],
  'src/store': [],
  'src/keys': ['store'],
  'src/limits': ['store'],
  'src/stats': ['store'],
  'src/moderation': [],
  'src/models': [],
  'src/config': [],
  'src/gateway': ['engine', 'protocols', 'admission', 'routing', 'keys', 'limits', 'stats', 'moderation'],
  'src/client': ['protocols'],
  'src/cli': ['config', 'protocols'],
  'src/daemon': [
    'engine',
    'engines',
    'workers',
    'protocols',
    'admission',
    'routing',
    'gateway',
    'store',
    'keys',
    'limits',
    'stats',
    'moderation',
    'models',
    'config',
  ],
  bench: [],
  commands: ['cli', 'client', 'config', 'bench'],
}
/** Rooms whose sub-folders are strangers to each other. */
const suites: Record<string, string[]> = {
  engines: ['fake', 'grpc-worker', 'llama-cpp'],
  protocols: ['openai', 'control', 'reports'],
}

const name = (room: string) => room.replace('src/', '')
const names = [...Object.keys(rooms).map(name), 'benchmarks', 'tests']

const wall = (files: string, closed: string[], message: string) => ({
  files: [files],
  rules: {
    'no-restricted-imports': [
      'error',
      { patterns: [{ regex: `\\.\\./(src/)?(${closed.join('|')})/`, message }] },
    ] as never,
  },
})
const walls = Object.entries(rooms).map(([room, open]) =>
  wall(
    `${room}/**`,
    names.filter((other) => other !== name(room) && !open.includes(other)),
    `${room} may import only: ${open.join(', ') || 'the leaves'}. See ARCHITECTURE.md`,
  ),
)
const partitions = Object.entries(suites).flatMap(([suite, members]) =>
  members.map((member) =>
    wall(
      `src/${suite}/${member}/**`,
      [
        ...members.filter((other) => other !== member),
        ...names.filter((other) => other !== suite && !rooms[`src/${suite}`]!.includes(other)),
      ],
      `${suite}/${member} must not know its neighbours`,
    ),
  ),
)

export default defineConfig({
  plugins: ['typescript', 'import', 'oxc', 'unicorn'],
  categories: { correctness: 'error' },
  ignorePatterns: ['dist/**', 'pocket/**', 'worker/**'],
  rules: {
    'import/no-cycle': 'error',
    'typescript/no-explicit-any': 'error',
    'typescript/consistent-type-imports': 'error',
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/switch-exhaustiveness-check': 'error',
    // Our factories return closures: there is no `this` that a method taken out could lose.
    'typescript/unbound-method': 'off',
    'unicorn/filename-case': ['error', { case: 'kebabCase' }],
    'max-lines': ['error', { max: 300 }],
    'max-lines-per-function': ['error', { max: 50, skipBlankLines: true, skipComments: true }],
    'no-console': 'error',
  },
  overrides: [
    ...walls,
    ...partitions,
    { files: ['**/*.test.ts', '**/*.test-kit.ts'], rules: { 'max-lines-per-function': 'off' } },
    { files: ['benchmarks/**', 'scripts/**', 'bin/**'], rules: { 'no-console': 'off' } },
  ],
})
