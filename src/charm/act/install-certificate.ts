// Puts a certificate in its place, with its key. Where that is another than before, both change in one rename: etcd reads certificate and
// key at every handshake and at its start, and one without the other would let nobody in. Their two places are links to one file then.

import type { IssuerRole } from '../../interfaces/issuers.ts'
import {
  exists,
  linkAtomic,
  readTextIfExists,
  writeFileAtomic,
  isLink,
  type FileRights,
} from '../../machine/file.ts'
import { lookUpUser } from '../../machine/user.ts'
import type { Workload } from '../../machine/workload.ts'
import { describeCertificate } from '../../tls/certificate.ts'
import { publicKeyOf } from '../../tls/key.ts'
import { certificatesOf } from '../../tls/pem.ts'
import { keyPath, ownKeyPath, pairPath, pathOf } from '../layout.ts'
import { readOwnKey } from '../observe/own-key.ts'
import { readRequests } from '../observe/requests.ts'
import { Waiting } from '../outcome.ts'
import { certificateFiles } from '../plan/issuers/shown.ts'

export async function installCertificate(
  workload: Workload,
  role: IssuerRole,
  certificate: string,
): Promise<void> {
  const owner = await lookUpUser(workload.user)
  const rights = { mode: 0o600, ...(owner && { owner }) }
  const place = pathOf(workload, certificateFiles[role])
  const own = await readOwnKey(workload, role)
  const key = await keyFor(workload, role, certificate, own)
  const linked = await isLink(keyPath(workload, role))
  if (key === own && !linked) {
    await writeFileAtomic(place, certificate, rights)
    return
  }
  if (own !== undefined && !(await exists(ownKeyPath(workload, role))))
    await writeFileAtomic(ownKeyPath(workload, role), own, rights)
  if (!linked) await linkPair(workload, role, rights)
  await writeFileAtomic(pairPath(workload, role), printPair(certificate, key), rights)
}

/** Each link finds what was there before: whoever reads in between finds the same pair. */
async function linkPair(workload: Workload, role: IssuerRole, rights: FileRights): Promise<void> {
  const [place, key] = [pathOf(workload, certificateFiles[role]), keyPath(workload, role)]
  const before = certificatesOf((await readTextIfExists(place)) ?? '')
  await writeFileAtomic(
    pairPath(workload, role),
    printPair(before, (await readOwnKey(workload, role)) ?? ''),
    rights,
  )
  await linkAtomic(place, pairPath(workload, role))
  await linkAtomic(key, pairPath(workload, role))
}

async function keyFor(
  workload: Workload,
  role: IssuerRole,
  certificate: string,
  own: string | undefined,
): Promise<string> {
  const wanted = describeCertificate(certificate)?.publicKeyFingerprint
  const requests = await readRequests(workload, role)
  const found = requests.find(({ publicKey }) => publicKey === wanted)?.privateKey
  if (found !== undefined) return found
  if (own !== undefined && publicKeyOf(own) === wanted) return own
  throw new Waiting(`waiting for a ${role} certificate for a key of this unit's`)
}

function printPair(certificate: string, key: string): string {
  return `${certificate}${certificate.endsWith('\n') || certificate === '' ? '' : '\n'}${key}`
}
