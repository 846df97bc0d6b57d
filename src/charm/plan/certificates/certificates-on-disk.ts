// Which of the leader's certificates this unit has in use: etcd reads them from the disk at every handshake.

import { digestOfCertificates } from '../../../interfaces/authorities-digest.ts'
import type { MachineSeen } from '../../observed.ts'

/** Their digest; `undefined` while one is missing. */
export function certificatesOnDisk({ files }: MachineSeen): string | undefined {
  const [peer, server, admin] = [
    files['peer-certificate'],
    files['server-certificate'],
    files['admin-certificate'],
  ]
  return peer && server && admin ? digestOfCertificates({ peer, server, admin }) : undefined
}
