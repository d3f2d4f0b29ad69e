import { parentPort, workerData } from 'node:worker_threads'
import { createLog } from '../log.ts'
import { openStore, type Store } from '../store/open-store.ts'
import { readers, type ReportName, type Reports } from './reports.ts'

/** The thread of `report-thread.ts`: opens the store, then answers one question after the other. */
export type Question<Name extends ReportName = ReportName> = { name: Name; query: Reports[Name]['query'] }
export type Answer = { answer: unknown } | { failure: string }

const address = workerData as string
/** Whoever asked logs the failure. */
const log = createLog('silent')
let opening: Promise<Store> | undefined

parentPort!.on('message', (question: Question) => {
  void reply(question).then((answer) => parentPort!.postMessage(answer))
})

async function reply<Name extends ReportName>({ name, query }: Question<Name>): Promise<Answer> {
  try {
    const { db } = await (opening ??= openStore(address, log))
    return { answer: await readers[name](db, query) }
  } catch (cause) {
    // A store that failed is opened anew.
    const store = await opening?.catch(() => undefined)
    opening = undefined
    await store?.close().catch(() => undefined)
    return { failure: cause instanceof Error ? cause.message : String(cause) }
  }
}
