/** In a measured server: says where it listens, then answers each message with its CPU time so far, in microseconds. */
export function reportCpu(port: number): void {
  process.send?.({ port })
  process.on('message', () => {
    const { user, system } = process.cpuUsage()
    process.send?.({ cpu: user + system })
  })
  process.on('disconnect', () => process.exit())
}
