const reasons: Record<string, string> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'access is not permitted',
  EPERM: 'access is not permitted',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'part of its path is no folder',
}

/** Why a file cannot be read or written, for somebody who does not know the system's codes. */
export const describeFileError = ({ code = '', message }: NodeJS.ErrnoException): string =>
  reasons[code] ?? (code || message)
