import { createHash } from 'node:crypto'
import { Redis } from 'ioredis'

export type Script = { lua: string; sha: string }

export const createScript = (lua: string): Script => ({
  lua,
  sha: createHash('sha1').update(lua).digest('hex'),
})

export type RedisConnection = {
  /** Keeps the scripts on the server, so that none of them is sent twice and overtaken by what was sent after it. */
  load(scripts: Script[]): void
  /** Rejects when there is no answer in time; what comes later is given to `onLate`. */
  run(
    script: Script,
    keys: string[],
    words: (string | number)[],
    onLate?: (answer: unknown) => void,
  ): Promise<unknown>
  /** Waits for the connection too, for as long as one may take. */
  ping(): Promise<void>
  /** Leaves a connection that may be dead and makes a new one. */
  reconnect(): void
  /** What was sent is still answered, if the server answers in time. */
  close(): Promise<void>
}

/** A TCP handshake across an ocean takes less. */
const connectTimeoutMs = 2000

/** One connection, whose commands run in the order in which they were sent. It never queues for a server that is away. */
export function connectRedis(address: string, timeoutMs: number): RedisConnection {
  const redis = new Redis(address, {
    connectTimeout: connectTimeoutMs,
    enableOfflineQueue: false,
    // What was sent and not answered may have been done; whether to ask again is not for the client to say.
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    enableReadyCheck: false,
    retryStrategy: (times) => Math.min(1000, 50 * times),
    connectionName: 'sluice-limits',
  })
  // Every command's own failure says it; without a listener it would be printed.
  redis.on('error', () => undefined)

  return {
    load(scripts) {
      const send = () => {
        for (const { lua } of scripts) redis.script('LOAD', lua).catch(() => undefined)
      }
      // The first commands of every connection, or a script that is missing is noticed where it is used.
      redis.on('ready', send)
      if (redis.status === 'ready') send()
    },
    run: (script, keys, words, onLate) => bound(evaluate(redis, script, keys, words), timeoutMs, onLate),
    async ping() {
      await whenConnected(redis)
      await bound(redis.ping(), timeoutMs)
    },
    reconnect: () => redis.disconnect(true),
    async close() {
      await bound(redis.quit(), timeoutMs).catch(() => undefined)
      redis.disconnect()
    },
  }
}

function bound<T>(command: Promise<T>, timeoutMs: number, onLate?: (answer: T) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    let late = false
    const timer = setTimeout(() => {
      late = true
      reject(new Error(`no answer within ${timeoutMs} ms`))
    }, timeoutMs)
    command.then(
      (answer) => {
        clearTimeout(timer)
        if (late) onLate?.(answer)
        else resolve(answer)
      },
      (cause: unknown) => {
        clearTimeout(timer)
        reject(cause instanceof Error ? cause : new Error(String(cause)))
      },
    )
  })
}

async function whenConnected(redis: Redis): Promise<void> {
  if (redis.status === 'ready') return
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const late = () => reject(new Error(`no connection within ${connectTimeoutMs} ms`))
  const timer = setTimeout(late, connectTimeoutMs)
  redis.once('ready', resolve)
  await promise.finally(() => {
    clearTimeout(timer)
    redis.off('ready', resolve)
  })
}

async function evaluate(
  redis: Redis,
  { lua, sha }: Script,
  keys: string[],
  words: (string | number)[],
): Promise<unknown> {
  try {
    return await redis.evalsha(sha, keys.length, ...keys, ...words)
  } catch (cause) {
    if (!(cause instanceof Error && cause.message.startsWith('NOSCRIPT'))) throw cause
    return redis.eval(lua, keys.length, ...keys, ...words)
  }
}
