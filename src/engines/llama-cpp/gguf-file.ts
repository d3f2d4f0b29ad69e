import { open, type FileHandle } from 'node:fs/promises'
import { AppError } from '../../errors.ts'
import { OutOfBytes } from './gguf-cursor.ts'
import { decodeGgufHeader, GgufFormatError, type GgufHeader } from './gguf-header.ts'

export type GgufFile = { path: string; sizeBytes: number; header: GgufHeader }

/** Holds the header of nearly every model; longer ones are read again with four times as much. */
const firstRead = 8 * 2 ** 20

/** Reads the header without trusting it: llama.cpp and node-llama-cpp's own parser do trust it in places. */
export async function readGgufFile(path: string): Promise<GgufFile> {
  const handle = await openFile(path)
  try {
    const stats = await handle.stat()
    if (!stats.isFile()) {
      throw invalid(
        `${path} is ${stats.isDirectory() ? 'a folder' : 'not a regular file'}: name the .gguf file itself`,
      )
    }
    const header = await readHeader(handle, path, stats.size)
    return { path, sizeBytes: stats.size, header }
  } finally {
    await handle.close()
  }
}

async function readHeader(handle: FileHandle, path: string, size: number): Promise<GgufHeader> {
  for (let length = firstRead; ; length *= 4) {
    const bytes = Buffer.alloc(Math.min(length, size))
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0)
    try {
      return decodeGgufHeader(bytes.subarray(0, bytesRead))
    } catch (cause) {
      if (cause instanceof OutOfBytes && bytesRead < size && bytesRead === bytes.length) continue
      throw unreadable(path, size, cause)
    }
  }
}

function unreadable(path: string, size: number, cause: unknown): AppError {
  if (size === 0) return invalid(`${path} is empty: fetch it again`, cause)
  if (cause instanceof OutOfBytes) {
    return invalid(
      `${path} is truncated or damaged: its ${size} bytes end inside the GGUF header; fetch it again`,
      cause,
    )
  }
  if (cause instanceof GgufFormatError || cause instanceof RangeError) {
    return invalid(`${path} is not a valid GGUF file: ${cause.message}`, cause)
  }
  return invalid(`${path} cannot be read`, cause)
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r')
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw invalid(`there is no file ${path}: check the path`, cause)
    if (code === 'EACCES' || code === 'EPERM')
      throw invalid(`${path} may not be read: check its permissions`, cause)
    throw invalid(`${path} cannot be opened (${String(code)})`, cause)
  }
}

const invalid = (message: string, cause?: unknown) => new AppError('invalid_model', message, { cause })
