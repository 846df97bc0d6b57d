// The same as the story of that name, on etcd alone: what its releases allow is known in a second.

import { test } from 'node:test'
import { Etcd3 } from 'etcd3'
import { createRole, createUser, enableAuth, grantPermission, grantRole } from '../../../src/etcd/access.ts'
import { prefixRange } from '../../../src/etcd/key-range.ts'
import { askAsApiserver } from '../../stories/apiserver.ts'
import { startEtcd } from './etcd-server.ts'

test('a user of /registry/ asks as an API server does', async (t) => {
  await using server = await startEtcd()
  await using root = await server.open()
  for (const name of ['root', 'kubernetes']) {
    await createUser(root, name)
    await createRole(root, name)
    await grantRole(root, name, name)
  }
  await grantPermission(root, 'kubernetes', { ...prefixRange('/registry/'), type: 'Readwrite' })
  await enableAuth(root)
  const { ca, certificate, privateKey } = server.credentials('kubernetes')
  const credentials = {
    rootCertificate: Buffer.from(ca),
    certChain: Buffer.from(certificate),
    privateKey: Buffer.from(privateKey),
  }
  const etcd = new Etcd3({ hosts: [server.endpoint], credentials })
  try {
    await askAsApiserver(etcd, server.version, (title, body) => t.test(title, body))
  } finally {
    etcd.close()
  }
})
