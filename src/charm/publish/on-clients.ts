// What makes the writes about clients: what they are told, and who owns what.

import { isLedgerKey, printLedger, unreadableRows } from '../../interfaces/ledger.ts'
import type { ByKind } from '../by-kind.ts'
import type { Charm } from '../charm.ts'
import { encryptionLabel, secretLabels } from '../plan/clients/secret-labels.ts'
import type { ClientWrite } from '../step.ts'
import { grantAgain } from './grant-again.ts'
import { offerEncryption } from './offer-encryption.ts'
import { databagForAll, writeForAll } from './peer-databags.ts'
import { publishAnswer } from './publish-answer.ts'

export const onClients: ByKind<ClientWrite['kind']> = {
  'encryption/offer': (charm, _observed, { relation }) => offerEncryption(charm, relation),
  'secrets/grant': (charm, _observed, write) => grantAgain(charm, write),
  'answer/publish': (charm, _observed, { answer }) => publishAnswer(charm, answer),
  'ledger/write': async (charm, _observed, { ledger }) => {
    const current = await databagForAll(charm)
    // A unit that leaves writes its last word whatever it can't read, which is for others to go by.
    const kept = new Set(unreadableRows(current))
    const ended = Object.keys(current)
      .filter((name) => isLedgerKey(name) && !kept.has(name))
      .map((name) => [name, undefined] as const)
    return writeForAll(charm, { ...Object.fromEntries(ended), ...printLedger(ledger) })
  },
  'secrets/collect': async (charm, _observed, { ended, requests }) => {
    for (const key of requests) await collectSecrets(charm, secretLabels(key))
    await collectSecrets(charm, ended.map(encryptionLabel))
  },
}

async function collectSecrets({ juju }: Charm, labels: readonly string[]): Promise<void> {
  for (const label of labels) {
    const info = await juju.secretInfo({ label })
    if (info) await juju.removeSecret(info.uri)
  }
}
