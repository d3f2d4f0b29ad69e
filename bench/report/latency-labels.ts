import type { LatencyName } from '../result.ts'

export const latencyLabels: Record<LatencyName, string> = {
  ttft: 'TTFT',
  tpot: 'TPOT',
  itl: 'ITL',
  chunk_gap: 'Chunk gap',
  e2e: 'E2E',
  service_ttft: 'TTFT, sent',
  service_e2e: 'E2E, sent',
  delivery: 'Delivery',
}
