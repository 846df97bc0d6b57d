// The names that clients really use: certificates have them without a restart, and clients are told what the certificate covers.

import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { responsesOf, withClient } from './driver/client.ts'
import { untilServed } from './driver/deployments.ts'
import { story } from './driver/story.ts'
import { heal, runOn, startsOf, startsSince, unitsOf } from './sound.ts'

const certificate = 'find /var/snap/charmed-etcd /etc/etcd* -name server.crt -exec cat {} + 2>/dev/null; true'

story(
  'names that clients use, and TLS as the operator wants it',
  { ownModel: true },
  async ({ model, step }) => {
    await model.deploy('etcd', { charm: 'etcd', units: 2 })
    await model.deploy('web', { charm: 'client', config: { prefix: '/web/' } })
    await model.settle()
    const relation = await model.integrate('etcd:etcd-client', 'web:etcd')
    await untilServed(model, ['web'])
    const units = await unitsOf(model)
    const shown = async (unit: string): Promise<X509Certificate> =>
      new X509Certificate(await runOn(model, unit, certificate))
    const endpoints = async (): Promise<string> => (await responsesOf(model, relation))[0]?.endpoints ?? ''
    const option = async (values: Readonly<Record<string, string>>): Promise<void> => {
      await model.configure('etcd', values)
      await model.settle()
      await heal(model)
    }

    await step(
      'the machine’s own name is in the certificate, and the operator’s come without a restart',
      async () => {
        const starts = await startsOf(model)
        for (const unit of units) {
          const host = (await runOn(model, unit, 'hostname')).trim()
          assert.equal((await shown(unit)).checkHost(host), host)
        }
        await option({ 'certificate-extra-sans': 'etcd-{unit}.vip.example, 198.51.100.7' })
        for (const unit of units) {
          const name = `etcd-${unit.split('/')[1]}.vip.example`
          const found = await shown(unit)
          assert.deepEqual([found.checkHost(name), found.checkIP('198.51.100.7')], [name, '198.51.100.7'])
        }
        await option({ 'certificate-extra-sans': '' })
        assert.equal((await shown(units[0] ?? '')).checkIP('198.51.100.7'), undefined)
        assert.deepEqual(await startsSince(model, starts), [0, 0])
      },
    )

    await step(
      'clients are told the machine’s full name where it has one, its address otherwise',
      async () => {
        const before = await endpoints()
        const names = await Promise.all(
          units.map(async (unit) => (await runOn(model, unit, 'hostname -f || true')).trim()),
        )
        await option({ 'endpoints-as': 'fqdn' })
        const told = (await endpoints()).split(',')
        const named = names.filter((name) => name.includes('.') && !name.startsWith('localhost'))
        if (named.length === 0) assert.equal(told.join(','), before)
        else assert.deepEqual(told, [...new Set(named.map((name) => `${name}:2379`))].sort())
        await option({ 'endpoints-as': 'address' })
        assert.equal(await endpoints(), before)
      },
    )

    await step(
      'a suite that etcd does not take is refused by name, and TLS 1.3 alone is one restart',
      async () => {
        const starts = await startsOf(model)
        await option({ 'cipher-suites': 'TLS_FOO' })
        assert.match(
          (await model.unit(units[0] ?? '')).workload.message,
          /option cipher-suites is invalid; TLS_FOO is none/,
        )
        await option({ 'cipher-suites': '', 'tls-min-version': '1.3' })
        assert.deepEqual(await startsSince(model, starts), [1, 1])
        assert.equal((await model.application('etcd')).status.status, 'active')
        await withClient(model, relation, 'web', async (client) => {
          await client.put('/web/a', '1.3')
          assert.equal(await client.get('/web/a'), '1.3')
        })
        assert.deepEqual(await model.failedHooks(), [])
      },
    )
  },
)
