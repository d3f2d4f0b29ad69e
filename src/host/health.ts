import { status, type ServerWritableStream, type UntypedServiceImplementation } from '@grpc/grpc-js'
import type { HealthCheckRequest, HealthCheckResponse } from '../contract/wire-types.ts'

export type HealthStatus = 'SERVING' | 'NOT_SERVING'
/** The empty name stands for the whole worker. */
export const serviceNames = ['', 'llm.v1.Inference', 'llm.v1.Control'] as const
export type ServiceName = (typeof serviceNames)[number]

export type Health = {
  handlers: UntypedServiceImplementation
  set(service: ServiceName, to: HealthStatus): void
  /** Ends the watchers' calls. */
  close(): void
}

type Watcher = ServerWritableStream<HealthCheckRequest, HealthCheckResponse>

/** `grpc.health.v1`, as its own comments and the gRPC health document describe it. */
export function createHealth(): Health {
  const statuses = new Map<string, HealthStatus>(serviceNames.map((name) => [name, 'NOT_SERVING']))
  const watchers = new Map<Watcher, string>()
  const read = (service: string): HealthCheckResponse => ({
    status: statuses.get(service) ?? 'SERVICE_UNKNOWN',
  })
  return {
    handlers: {
      Check(call: { request: HealthCheckRequest }, callback: (error: object | null, value?: object) => void) {
        const { service = '' } = call.request
        if (statuses.has(service)) return callback(null, read(service))
        callback({
          code: status.NOT_FOUND,
          details: `unknown service ${service.slice(0, 100).toWellFormed()}`,
        })
      },
      Watch(call: Watcher) {
        const { service = '' } = call.request
        watchers.set(call, service)
        call.once('cancelled', () => watchers.delete(call))
        call.write(read(service))
      },
    },
    set(service, to) {
      if (statuses.get(service) === to) return
      statuses.set(service, to)
      for (const [call, watched] of watchers) if (watched === service) call.write(read(service))
    },
    close() {
      for (const call of watchers.keys()) call.end()
      watchers.clear()
    },
  }
}
