// Which administrators' certificates a unit that is gone may have on its disk, wherever that is: all of them are refused.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decide } from '../../../../../src/charm/decide.ts'
import type { CertificateSeen, Observed } from '../../../../../src/charm/observed.ts'
import { bystandersOf } from '../../../../../src/charm/plan/trust/bystanders.ts'
import { digestOfCertificates } from '../../../../../src/interfaces/authorities-digest.ts'
import {
  parsePeerApplication,
  printCertificates,
  type Withdrawn,
} from '../../../../../src/interfaces/etcd-peers.ts'
import { createAuthority } from '../../../../../src/tls/authority.ts'
import { describeCertificate } from '../../../../../src/tls/certificate.ts'
import { now, settled } from '../../observation.ts'

const day = 24 * 60 * 60 * 1000
const given = { peer: 'p', server: 's', admin: 'a' }

interface Down {
  /** What the unit, which is down, told last. */
  readonly told?: string
  readonly superseded?: readonly Withdrawn[]
  /** Until its administrator's certificate ends. */
  readonly days?: number
  readonly names?: readonly string[]
  readonly more?: Partial<NonNullable<Observed['peers']>>
}

/** etcd/2 is down beside this unit. */
function seen({ told, superseded, days = 121, names, more }: Down): Observed {
  const observed = settled()
  const own = observed.peers?.units.get('etcd/0')
  assert.ok(observed.peers && own)
  const { application } = observed.peers
  const issued = new Map(
    [...own.issued].map(([purpose, one]): readonly [typeof purpose, CertificateSeen] => [
      purpose,
      {
        ...one,
        notAfter: now + days * day,
        ...(purpose === 'server' && names && { names }),
        ...(purpose === 'admin' && { serial: '0a' }),
      },
    ]),
  )
  const databag = { ...own.databag, ...(told !== undefined && { certificates: told }) }
  return {
    ...observed,
    peers: {
      ...observed.peers,
      units: new Map([...observed.peers.units, ['etcd/2', { ...own, databag, issued }]]),
      application: {
        ...application,
        certificates: new Map([...application.certificates, ['etcd/2', given]]),
        ...(superseded && { superseded: new Map([['etcd/2', superseded]]) }),
      },
      ...more,
    },
  }
}

const signs = (observed: Observed) =>
  decide(observed).writes.flatMap((write) =>
    write.kind === 'certificates/sign' ? [[write.unit, write.renews, write.superseded] as const] : [],
  )

const first = { serial: '0a', notAfter: now + 121 * day }
const earlier = { serial: '09', notAfter: now + 40 * day }

describe('a certificate of an administrator that is replaced', () => {
  it('stays known while its unit is down, since the new one does not reach that disk', () => {
    const all = ['peer', 'server', 'admin']
    for (const told of [undefined, digestOfCertificates(given)])
      assert.deepEqual(signs(seen(told === undefined ? {} : { told })), [['etcd/2', all, [first]]])
    const twice = seen({ told: 'of the ones before', superseded: [earlier] })
    assert.deepEqual(signs(twice), [['etcd/2', all, [earlier, first]]])
  })

  it('is known no more once it has ended, or the unit has told of the one that took its place', () => {
    const [row] = signs(seen({ told: digestOfCertificates(given), superseded: [earlier] }))
    assert.deepEqual(row?.[2], [first])
    const [ended] = signs(seen({ superseded: [{ ...earlier, notAfter: now - 1 }] }))
    assert.deepEqual(ended?.[2], [first])
  })

  it('is not replaced where other names are asked for, of the server or of peers', () => {
    assert.deepEqual(signs(seen({ days: 300, names: ['10.0.0.9'], superseded: [earlier] })), [
      ['etcd/2', ['server'], [earlier]],
    ])
  })

  it('is refused with the last one once its unit is gone', async () => {
    const at = { now: new Date(now), years: 1 }
    const { certificate: admin } = await createAuthority({ commonName: 'root', ...at })
    const { serial, notAfter } = describeCertificate(admin) ?? { serial: '', notAfter: 0 }
    const observed = seen({ superseded: [earlier, { serial: '08', notAfter: now - 1 }] })
    assert.ok(observed.peers)
    const { application } = observed.peers
    const certificates = new Map([...application.certificates, ['etcd/2', { ...given, admin }]])
    const gone = { ...observed.peers, gone: ['etcd/2'], application: { ...application, certificates } }
    const [write] = decide({ ...observed, peers: gone }).writes.filter(
      (one) => one.kind === 'certificates/forget',
    )
    const all = [earlier, { serial, notAfter }]
    assert.deepEqual(
      write?.withdrawn,
      all.toSorted((a, b) => (a.serial < b.serial ? -1 : 1)),
    )
  })

  it('is nobody else’s to be revoked by chance meanwhile', () => {
    assert.ok(bystandersOf(seen({ superseded: [earlier] })).serials.has('09'))
  })

  it('lies in the row of its unit, which other revisions of the charm read as before', () => {
    const row = printCertificates('etcd/2', given, [earlier])
    const read = parsePeerApplication(row)
    assert.deepEqual(read.certificates.get('etcd/2'), given)
    assert.deepEqual(read.superseded?.get('etcd/2'), [earlier])
    assert.deepEqual(parsePeerApplication(printCertificates('etcd/2', given, [])).superseded, undefined)
    const wrong = { 'certificates.etcd/2': JSON.stringify({ ...given, superseded: 'no list' }) }
    assert.deepEqual(parsePeerApplication(wrong).unreadable, ['certificates.etcd/2'])
  })
})
