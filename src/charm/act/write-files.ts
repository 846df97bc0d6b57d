// What the charm writes on the machine: keys 0600 and readable by etcd alone, everything by rename.

import { digest } from '../../interfaces/digest.ts'
import type { Purpose } from '../../interfaces/etcd-peers.ts'
import { printJsonText } from '../../interfaces/json-text.ts'
import { issuerRoles } from '../../interfaces/issuers.ts'
import { makeDirectory, type Owner, readTextIfExists, writeFileAtomic } from '../../machine/file.ts'
import { etcdctlOf } from '../../machine/installed-binaries.ts'
import { lookUpUser } from '../../machine/user.ts'
import { findWorkload, type Workload } from '../../machine/workload.ts'
import { createPrivateKeyPem } from '../../tls/key.ts'
import { createRevocationList, revocationListLasts } from '../../tls/revocation-list.ts'
import { bundleFits } from '../plan/trust/guards.ts'
import { keyPath, pathOf, revocationPath, revokedPath } from '../layout.ts'
import { findCulprits } from './find-culprits.ts'
import type { FileName, Observed } from '../observed.ts'
import { Blocked, Waiting } from '../outcome.ts'
import { isStartFile } from '../plan/workload/next-start.ts'
import type { Start } from '../step.ts'
import { tryBundle } from '../observe/try-certificate.ts'
import { certificateFiles } from '../plan/issuers/shown.ts'
import { readOwnKey } from '../observe/own-key.ts'
import { installCertificate } from './install-certificate.ts'
import { forgetBegun } from './start-record.ts'

/** Makes this unit's private key, which never leaves it. A key that is there is kept, what is none makes way. */
export async function createKey(purpose: Purpose): Promise<void> {
  const workload = await findWorkload()
  if ((await readOwnKey(workload, purpose)) !== undefined) return
  await write(workload, keyPath(workload, purpose), await createPrivateKeyPem())
}

/** While etcd runs: what was begun and not made would find something else in its place. */
export async function writeFileNow(observed: Observed, file: FileName, content: string): Promise<void> {
  if (observed.machine.service === 'active' && isStartFile(file)) await forgetBegun(await findWorkload())
  await writeFile(file, content)
}

export async function writeFile(file: FileName, content: string): Promise<void> {
  const workload = await findWorkload()
  if (file === 'truststore') await refuseUnloadable(workload, content)
  for (const role of issuerRoles) {
    if (certificateFiles[role] !== file) continue
    await makeTlsFolder(workload)
    return installCertificate(workload, role, content)
  }
  await write(workload, pathOf(workload, file), content)
}

/** etcd reads this list at every accept, and compares serials only; so any issuer will do, and the unit's own is at hand. */
export async function writeRevocationList(serials: readonly string[], now: number): Promise<void> {
  const workload = await findWorkload()
  const [certificate, privateKey] = await Promise.all([
    readTextIfExists(pathOf(workload, 'admin-certificate')),
    readTextIfExists(keyPath(workload, 'admin')),
  ])
  if (certificate === undefined || privateKey === undefined)
    throw new Waiting('waiting for the admin certificate')
  const list = await createRevocationList({
    issuer: { certificate, privateKey },
    serials,
    now: new Date(now),
  })
  await write(workload, revocationPath(workload), list)
  await makeDirectory(workload.paths.state, { mode: 0o700 })
  await writeFileAtomic(
    revokedPath(workload),
    printJsonText({ list: digest(list), serials, ends: now + revocationListLasts }),
    {
      mode: 0o600,
    },
  )
}

/** Before a turn is taken for it, and by the release that is to read it. */
export async function tryTruststore({ machine }: Observed, { files, switches }: Start): Promise<void> {
  const workload = await findWorkload()
  const bundle = files.truststore ?? machine.files.truststore
  // A snap that was fetched and is not installed can't be run: there the one in force tries.
  const next = switches && workload.kind === 'binaries' ? etcdctlOf('next') : undefined
  if (bundle !== undefined) await refuseUnloadable(workload, bundle, next)
}

async function refuseUnloadable(workload: Workload, bundle: string, etcdctl?: string): Promise<void> {
  const trial = await tryBundle(workload, bundle, etcdctl)
  switch (trial.kind) {
    case 'loads':
      // etcd would start with it all the same, and let nobody in.
      if (bundleFits.holds(bundle)) return
      throw new Blocked(
        'the truststore is too large for etcd, so the one before stays in force; remove clients or authorities of client-cas',
      )
    case 'refused':
      await findCulprits(workload, bundle, etcdctl)
      throw new Blocked(
        `etcd would not start with the new truststore (${trial.why}); etcd goes on with the one before; report it as a bug, with what the action list-clients prints`,
      )
    case 'untried':
      throw new Waiting(`the new truststore can't be tried: ${trial.why}; see that etcdctl runs on the unit`)
    default:
      return trial satisfies never
  }
}

async function makeTlsFolder(workload: Workload): Promise<Owner> {
  const owner = await lookUpUser(workload.user)
  if (!owner)
    throw new Waiting(`user ${workload.user} does not exist; it comes with the installation of etcd`)
  await makeDirectory(workload.paths.tls, { mode: 0o700, owner })
  return owner
}

async function write(workload: Workload, path: string, content: string | Buffer): Promise<void> {
  const owner = await makeTlsFolder(workload)
  await writeFileAtomic(path, content, { mode: 0o600, owner })
}
