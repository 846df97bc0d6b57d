// Whether a port is free: etcd that can't have its own dies with a line in its log, and nobody would look there.

import { once } from 'node:events'
import { createServer } from 'node:net'

/** Addresses that this machine doesn't have are not looked at: that is not the port's fault. */
export async function portIsTaken(address: string, port: number): Promise<boolean> {
  const server = createServer()
  try {
    await once(server.listen({ host: address, port, exclusive: true }), 'listening')
    return false
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
  } finally {
    server.close()
  }
}
