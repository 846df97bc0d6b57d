// What a unit's certificates name, and where clients are sent by it.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decide } from '../../../../../src/charm/decide.ts'
import type { Observed } from '../../../../../src/charm/observed.ts'
import { bySort, nameOfPeers, namesToCertify } from '../../../../../src/charm/plan/certificates/names.ts'
import { endpointFor, reachOf } from '../../../../../src/charm/plan/clients/reach.ts'
import { createAuthority, signRequest } from '../../../../../src/tls/authority.ts'
import { createPrivateKeyPem } from '../../../../../src/tls/key.ts'
import { createRequest } from '../../../../../src/tls/request.ts'
import { settled } from '../../observation.ts'

const addresses = {
  peer: '10.0.0.1',
  client: '10.0.0.1',
  names: ['10.0.0.1'],
  hosts: ['etcd-0.example.com', 'etcd-0'],
  ingress: '203.0.113.7',
  byRelation: { 9: '198.51.100.9' },
}

function withOption(observed: Observed, text: string): Observed {
  const inForce = { ...observed.config.inForce, 'certificate-extra-sans': text }
  return { ...observed, config: { ...observed.config, inForce } }
}

describe('the names of a unit’s certificates', () => {
  it('are its addresses, for clients the names of its machine and those of the operator as well', () => {
    const observed = withOption(settled(), 'etcd-{unit}.vip FD00:0::9')
    const { peer, server } = namesToCertify('etcd/12', addresses, observed)
    const shared = ['10.0.0.1', '127.0.0.1', '::1', 'localhost']
    assert.deepEqual(peer, [...shared, nameOfPeers(observed)].sort())
    const more = ['etcd-0', 'etcd-0.example.com', 'etcd-12.vip', 'fd00::9', '203.0.113.7', '198.51.100.9']
    assert.deepEqual(server, [...shared, ...more].sort())
    assert.deepEqual(bySort(server).dns, ['etcd-0', 'etcd-0.example.com', 'etcd-12.vip', 'localhost'])
  })

  it('are signed anew for the server alone where the operator asks for others', () => {
    const signs = (observed: Observed): readonly string[] =>
      decide(observed).writes.flatMap((write) => (write.kind === 'certificates/sign' ? [write.why] : []))
    assert.deepEqual(signs(settled()), [])
    assert.deepEqual(signs(withOption(settled(), 'vip.example.com')), [
      'its server certificate is to have other names',
    ])
  })
})

describe('where else clients are sent', () => {
  it('is what the certificate names that is shown to them, and the address where there is none', async () => {
    const showing = async (names: readonly string[]): Promise<Observed> => {
      const observed = settled()
      const authority = await createAuthority({ commonName: 'ca', now: new Date(observed.now), years: 1 })
      const request = await createRequest({ privateKey: await createPrivateKeyPem(), commonName: 'x' })
      const certificate = await signRequest({
        authority,
        request,
        profile: 'server',
        commonName: 'etcd-server',
        sans: bySort(names),
        now: new Date(observed.now),
        days: 1,
      })
      const files = { ...observed.machine.files, 'server-certificate': certificate }
      return { ...observed, addresses, machine: { ...observed.machine, files } }
    }
    assert.equal(reachOf(await showing(['10.0.0.1'])), undefined)
    const reach = reachOf(await showing(namesToCertify('etcd/0', addresses, settled()).server))
    assert.deepEqual(reach, {
      fqdn: 'etcd-0.example.com',
      ingress: '203.0.113.7',
      byRelation: { 9: '198.51.100.9' },
    })
    const unit = { endpoint: '10.0.0.1:2379', ...(reach && { reach }) }
    const told = (['address', 'fqdn', 'ingress'] as const).map((way) => endpointFor(unit, way, 9))
    assert.deepEqual(told, ['10.0.0.1:2379', 'etcd-0.example.com:2379', '198.51.100.9:2379'])
    assert.equal(endpointFor(unit, 'ingress', 3), '203.0.113.7:2379')
    assert.equal(endpointFor({ endpoint: '10.0.0.2:2379' }, 'fqdn', 3), '10.0.0.2:2379')
  })
})
