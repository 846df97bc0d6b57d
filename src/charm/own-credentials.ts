// What this unit shows to etcd, as it lies on its disk.

import { createSecureContext } from 'node:tls'
import type { Credentials } from '../etcd/types.ts'
import { readTextIfExists } from '../machine/file.ts'
import { findWorkload } from '../machine/workload.ts'
import { keyPath, pathOf } from './layout.ts'

/** Members show each other peers' certificates; clients are shown a server's, and the administrator is one of them. */
const authorities = { admin: 'server-authority', peer: 'peer-authority' } as const

/** `undefined` until the certificate is there, and of this unit's key. */
export async function readCredentials(purpose: 'admin' | 'peer'): Promise<Credentials | undefined> {
  const workload = await findWorkload()
  const [ca, certificate, privateKey] = await Promise.all([
    readTextIfExists(pathOf(workload, authorities[purpose])),
    readTextIfExists(pathOf(workload, `${purpose}-certificate`)),
    readTextIfExists(keyPath(workload, purpose)),
  ])
  if (ca === undefined || certificate === undefined || privateKey === undefined) return undefined
  const credentials = { ca, certificate, privateKey }
  return areSound(credentials) ? credentials : undefined
}

/** A key that was lost is made anew before there is a certificate for it; and what a hand or a disk has spoilt is written again. */
function areSound({ ca, certificate, privateKey }: Credentials): boolean {
  try {
    createSecureContext({ ca, cert: certificate, key: privateKey })
    return true
  } catch {
    return false
  }
}
