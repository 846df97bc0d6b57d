// Which of the leader's certificates this unit has in use: etcd reads them from the disk at every handshake.

import { digestOfCertificates } from '../../../interfaces/authorities-digest.ts'
import type { IssuerRole } from '../../../interfaces/issuers.ts'
import type { Observed } from '../../observed.ts'
import { certificateFiles, shownRequest } from '../issuers/shown.ts'

/** Their digest; `undefined` while one is missing. Where another issuer's is shown, the leader's is in nobody's way. */
export function certificatesOnDisk({ machine, peers, unit }: Observed): string | undefined {
  const signed = peers?.application.certificates.get(unit)
  const own = (role: IssuerRole): string | undefined =>
    shownRequest(machine, role) ? signed?.[role] : machine.files[certificateFiles[role]]
  const [peer, server, admin] = [own('peer'), own('server'), machine.files['admin-certificate']]
  return peer && server && admin ? digestOfCertificates({ peer, server, admin }) : undefined
}
