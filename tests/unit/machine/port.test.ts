import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { it } from 'node:test'
import { portIsTaken } from '../../../src/machine/port.ts'

for (const [listens, asked] of [
  ['127.0.0.1', '127.0.0.1'],
  ['0.0.0.0', '127.0.0.1'],
  ['127.0.0.1', '0.0.0.0'],
] as const) {
  it(`a port that somebody listens at as ${listens} is taken at ${asked}, and free when they are gone`, async () => {
    const server = createServer().listen(0, listens)
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    assert.equal(await portIsTaken(asked, port), true)
    server.close()
    await once(server, 'close')
    assert.equal(await portIsTaken(asked, port), false)
  })
}

it('a port at an address that this machine does not have is not called taken', async () => {
  assert.equal(await portIsTaken('192.0.2.1', 2379), false)
})
