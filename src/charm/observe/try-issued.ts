// A certificate of an issuer of the operator's, shown to Go's TLS before it is shown to anybody: members that do not take each other's
// certificates part at their next connection. Whatever becomes of the trial, it is an answer and no failure of the hook.

import { showCertificate, type Shown } from '../../machine/show-certificate.ts'
import { findWorkload, readInstalled, type Workload } from '../../machine/workload.ts'
import { createAuthority, signRequest } from '../../tls/authority.ts'
import { createPrivateKeyPem } from '../../tls/key.ts'
import { createRequest } from '../../tls/request.ts'
import { type Trial, tryInTurn, withCandidate } from './try-certificate.ts'

export interface ToTry {
  readonly chain: string
  readonly privateKey: string
  /** PEM. */
  readonly root: string
  /** Of this machine; the certificate names it. */
  readonly address: string
}

export async function tryIssued(of: ToTry): Promise<Trial> {
  const workload = await findWorkload()
  if (!(await readInstalled(workload))) return { kind: 'untried', why: 'etcd is not installed yet' }
  return tryInTurn(
    () => show(workload, of),
    async () => show(workload, await soundOne(of.address)),
  )
}

function show(workload: Workload, { address, chain, privateKey, root }: ToTry): Promise<Shown> {
  const { etcdctl } = workload.paths
  return withCandidate(workload, root, (rootPath) =>
    showCertificate({ etcdctl, address, chain, privateKey, rootPath }),
  )
}

async function soundOne(address: string): Promise<ToTry> {
  const now = new Date()
  const commonName = 'control'
  const authority = await createAuthority({ commonName, now, years: 1 })
  const privateKey = await createPrivateKeyPem()
  const request = await createRequest({ privateKey, commonName, names: [address], usage: 'server' })
  const sans = { dns: [], ips: [address] }
  const chain = await signRequest({ authority, request, profile: 'server', commonName, sans, now, days: 1 })
  return { chain, privateKey, root: authority.certificate, address }
}
