import type { Houses } from './houses.ts'

/** What the workers serve, then what the config names. Rejects with the first that cannot be loaded. */
export async function loadAll(
  { workers, configured, moderation, models: { fleet, loaded } }: Houses,
  signal: AbortSignal,
  onProgress: (text: string) => void,
): Promise<void> {
  // Side by side: they load for long, and mostly elsewhere.
  await Promise.all(workers.map((worker) => fleet.add(worker, { signal, onProgress })))
  // Only now is it known which models there are.
  moderation.assertModels()
  const names = new Set([...fleet.models(), ...configured.map(({ name }) => name)])
  for (const name of names) {
    const report = (fraction: number) => onProgress(`loading ${name} ${Math.round(fraction * 100)}%`)
    await loaded.load(name, {}, { signal, onProgress: report })
  }
}
