// What makes the writes by which units know each other: who founds the cluster, what each is, and whose certificates it has.

import {
  forgetCertificates,
  printAuthorities,
  printClientCas,
  printFounding,
  printIssuers,
  printOptions,
  printPeerUnit,
} from '../../interfaces/etcd-peers.ts'
import type { ByKind } from '../by-kind.ts'
import type { CertificateWrite, ClusterWrite, IssuerWrite, Write } from '../step.ts'
import { askIssuer } from './ask-issuer.ts'
import { createAuthorities, rotateAuthorities } from './authorities.ts'
import { createRequests, signCertificates } from './issue.ts'
import { writeForAll, writeOwnDatabag } from './peer-databags.ts'

type Kind =
  | (ClusterWrite | CertificateWrite)['kind']
  | Extract<Write['kind'], 'options/write' | 'client-cas/write' | IssuerWrite['kind']>

export const onCluster: ByKind<Kind> = {
  'founding/write': (charm, _observed, { founding }) => writeForAll(charm, printFounding(founding)),
  'options/write': (charm, _observed, { options }) => writeForAll(charm, printOptions(options)),
  'client-cas/write': (charm, _observed, { clientCas }) => writeForAll(charm, printClientCas(clientCas)),
  'issuers/write': (charm, _observed, { issuers }) => writeForAll(charm, printIssuers(issuers)),
  'issuer/ask': (charm, _observed, { relation, requests }) => askIssuer(charm, relation, requests),
  'authorities/create': async (charm, _observed, write) => {
    const { bundles, rotation } = await createAuthorities(charm, write)
    return writeForAll(charm, printAuthorities(bundles, rotation))
  },
  'authorities/rotate': async (charm, { peers }, { to }) => {
    const { bundles, rotation } = await rotateAuthorities(charm, to, peers?.application.authorities)
    return writeForAll(charm, printAuthorities(bundles, rotation))
  },
  'certificates/sign': async (charm, observed, write) =>
    writeForAll(charm, await signCertificates(charm, observed, write)),
  'certificates/forget': (charm, _observed, { units, withdrawn }) =>
    writeForAll(charm, forgetCertificates(units, withdrawn)),
  'peer-unit/write': async (charm, _observed, { unit, renew }) => {
    const renewed = renew ? await createRequests() : {}
    return writeOwnDatabag(charm, printPeerUnit({ ...unit, ...renewed }))
  },
}
