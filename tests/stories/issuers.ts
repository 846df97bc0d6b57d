// An issuer of certificates beside etcd, and who signed what members show: seen by a handshake, as whoever connects sees it.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:tls'
import type { X509Certificate } from 'node:crypto'
import { issuerCharm } from './driver/archives.ts'
import type { StoryModel, Values } from './driver/driver.ts'
import { heal, unitsOf } from './sound.ts'

export const ports = { peer: 2380, server: 2379 } as const
export type Role = keyof typeof ports
export const endpoints = { peer: 'peer-certificates', server: 'client-certificates' } as const

/** Not related yet. */
export async function deployIssuer(model: StoryModel, name: string, config: Values = {}): Promise<void> {
  await model.deploy(name, { charm: issuerCharm(), config })
}

export async function shownBy(model: StoryModel, unit: string, role: Role): Promise<X509Certificate> {
  const { address: host } = await model.unit(unit)
  const socket = connect({ host, port: ports[role], rejectUnauthorized: false })
  socket.on('error', () => {})
  try {
    await once(socket, 'secureConnect')
    const found = socket.getPeerX509Certificate()
    assert.ok(found)
    return found
  } finally {
    socket.destroy()
  }
}

/** The common name of the issuer of what each unit shows. */
export async function issuersShown(model: StoryModel, role: Role): Promise<readonly string[]> {
  const shown = (await unitsOf(model)).map(async (unit) => {
    const found = await shownBy(model, unit, role)
    return /^CN=(.*)$/m.exec(found.issuer)?.[1] ?? ''
  })
  return Promise.all(shown)
}

/** Update-status as in quiet minutes, until every unit shows a certificate of an issuer whose name is like this. */
export async function untilShown(model: StoryModel, role: Role, issuer: RegExp): Promise<void> {
  for (
    const until = performance.now() + 240_000;
    ;
    await new Promise((resolve) => setTimeout(resolve, 2000))
  ) {
    await heal(model)
    const shown = await issuersShown(model, role)
    if (shown.every((name) => issuer.test(name))) return
    if (performance.now() < until) continue
    const told = (await model.units('etcd')).map(({ workload }) => workload.message)
    assert.fail(`${role}: shown are certificates of ${shown.join(', ')}; ${told.join('; ')}`)
  }
}
