export const isPostgres = (address: string): boolean => /^postgres(ql)?:\/\//.test(address)

/** For people to read: a URL without its password and its parameters. */
export function nameStore(address: string): string {
  if (!isPostgres(address)) return address
  if (!URL.canParse(address)) return 'postgres://...'
  const { protocol, username, host, pathname } = new URL(address)
  return `${protocol}//${username === '' ? '' : `${username}@`}${host}${pathname}`
}
