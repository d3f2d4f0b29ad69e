import { createGap } from './gap.ts'
import { createLineQueue, type LineQueue } from './line-queue.ts'
import { createSegmentFile, type SegmentFile } from './segment-file.ts'
import { createRunName, listSegments, segmentSize } from './segments.ts'

/** What waits in memory while the disk takes nothing; about 10,000 rows. */
const memoryBytes = 8 * 1024 ** 2
const retryMs = 1000
/** Full until there is room worth the name, so that it does not change with every row. */
const roomAgain = 0.9

export type JournalStatus = {
  /** Written and not yet taken over. */
  backlogBytes: number
  /** Not yet written. */
  memoryBytes: number
  /** Rows and events that found no room, since the start. */
  dropped: number
  isFull: boolean
  /** Why the disk takes nothing; the system's words. */
  trouble: string | undefined
  segment: number
  segmentBytes: number
}

/**
 * The file that requests end in: what is appended is on its way to the disk at the end of this turn of the event
 * loop, and from then on survives the process. What is written is never given up for something newer: a journal
 * without room drops what comes, and counts it.
 */
export type Journal = {
  readonly run: string
  append(line: string): void
  /** Writes now what was appended. */
  flush(): void
  /** The take-over has read so many bytes more. */
  noteTaken(bytes: number): void
  /** Nothing is left but what was written after this place. */
  noteEmpty(segment: number, offset: number): void
  status(): JournalStatus
  close(): void
}

export type JournalOptions = {
  folder: string
  limitBytes: number
  /** There is something to take over. */
  onWritten(): void
  /** `trouble` has come, or gone. */
  onTrouble(trouble: string | undefined): void
  /** There was no room and so many were dropped; 0: this is the first. */
  onDropped(dropped: number): void
  clock?: () => number
}

export function createJournal(options: JournalOptions): Journal {
  const { folder, limitBytes, onWritten, onTrouble, clock = Date.now } = options
  const run = createRunName(clock())
  const queue = createLineQueue()
  const file = createSegmentFile(folder, run)
  const gap = createGap(options.onDropped)
  const writer = createWriter(file, queue, { onTrouble, clock, onWrote })
  let backlog = countLeft(folder)

  function onWrote(bytes: number): void {
    backlog += bytes
    onWritten()
  }
  const hasRoom = () =>
    backlog + queue.bytes() < (gap.isOpen ? limitBytes * roomAgain : limitBytes) &&
    queue.bytes() < memoryBytes
  return {
    run,
    append(line) {
      if (!hasRoom()) return gap.drop()
      gap.close()
      queue.push(line)
      writer.begin()
    },
    flush: writer.flush,
    noteTaken: (bytes) => void (backlog = Math.max(0, backlog - bytes)),
    noteEmpty(segment, offset) {
      if (segment === file.number && offset === file.size) backlog = 0
    },
    status: () => ({
      backlogBytes: backlog,
      memoryBytes: queue.bytes(),
      dropped: gap.dropped(),
      isFull: gap.isOpen,
      trouble: writer.trouble,
      segment: file.number,
      segmentBytes: file.size,
    }),
    close() {
      writer.close()
      file.close()
    },
  }
}

type WriterOptions = Pick<JournalOptions, 'onTrouble'> & { clock(): number; onWrote(bytes: number): void }

/** One write at the end of a turn, and another try every second while the disk takes nothing. */
function createWriter(file: SegmentFile, queue: LineQueue, { onTrouble, clock, onWrote }: WriterOptions) {
  let trouble: string | undefined
  let immediate: NodeJS.Immediate | undefined
  let retry: NodeJS.Timeout | undefined
  const show = (next: string | undefined) => {
    if (next === trouble) return
    trouble = next
    onTrouble(next)
  }
  function flush(): void {
    clearImmediate(immediate)
    immediate = undefined
    if (queue.isEmpty()) return
    let wrote = 0
    try {
      for (let bytes = queue.next(); bytes; bytes = queue.next()) wrote += write(bytes)
      show(undefined)
    } catch (cause) {
      show((cause as NodeJS.ErrnoException).code ?? (cause as Error).message)
      retry ??= setTimeout(() => {
        retry = undefined
        flush()
      }, retryMs).unref()
    }
    if (wrote > 0) onWrote(wrote)
  }
  function write(bytes: Buffer): number {
    const now = clock()
    const isDone = file.isDone(now)
    if (isDone) file.next(now)
    // A new file must not begin in the middle of a line.
    const written = file.write(isDone ? queue.rewind() : bytes)
    queue.wrote(written)
    return written
  }
  return {
    flush,
    get trouble() {
      return trouble
    },
    begin() {
      if (trouble === undefined) immediate ??= setImmediate(flush)
    },
    close() {
      flush()
      clearTimeout(retry)
    },
  }
}

/** What other runs have left. A folder that cannot be read is told by the first write, and keeps no daemon down. */
function countLeft(folder: string): number {
  try {
    return listSegments(folder).reduce((total, segment) => total + segmentSize(segment), 0)
  } catch {
    return 0
  }
}
