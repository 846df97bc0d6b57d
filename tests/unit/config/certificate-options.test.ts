// What the options about certificates and TLS take, and in which words they refuse.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseConfig } from '../../../src/config.ts'

const rejected = [
  ['cipher-suites', 'TLS_FOO,TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', /^TLS_FOO is none that etcd takes; set/],
  [
    'cipher-suites',
    'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384',
    /^add one of TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256/,
  ],
  [
    'cipher-suites',
    'TLS_RSA_WITH_RC4_128_SHA TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
    /^TLS_RSA_WITH_RC4_128_SHA is none/,
  ],
  [
    'certificate-extra-sans',
    'etcd.example.com, not a name!',
    /^name! is neither; set it to at most 50 host names/,
  ],
  ['certificate-extra-sans', '10.0.0.256', /^10\.0\.0\.256 is neither/],
  ['certificate-extra-sans', `a${String.fromCharCode(0x1b)}[2J`, /^a\\u001b\[2J is neither/],
  // An address of etcd/0 that no unit from the tenth on could have.
  ['certificate-extra-sans', '10.0.0.10{unit}', /^10\.0\.0\.10\{unit\} is neither/],
  ['certificate-extra-sans', 'fe80::1%eth0', /^fe80::1%eth0 is neither/],
  ['endpoints-as', 'name', /^set it to address, fqdn or ingress$/],
  ['tls-min-version', '1.1', /^set it to 1\.2 or 1\.3$/],
] as const

describe('an option about certificates or TLS', () => {
  for (const [option, value, words] of rejected)
    it(`${option} refuses ${JSON.stringify(value)} by name`, () => {
      const { inForce, problems } = parseConfig({ [option]: value })
      assert.deepEqual(
        problems.map((problem) => problem.option),
        [option],
      )
      assert.match(problems[0]?.remedy ?? '', words)
      assert.equal(inForce[option], parseConfig({}).inForce[option])
    })

  it('takes names, wildcards, addresses of both families, and the number of the unit', () => {
    const value = 'etcd-{unit}.example.com, *.example.com 10.0.0.9,fd00::9 fd00::{unit} ::ffff:10.0.0.1 vip_1'
    assert.deepEqual(parseConfig({ 'certificate-extra-sans': value }).problems, [])
  })

  it('goes with TLS 1.3 only where no suites are chosen, and both stay as they were', () => {
    const suites = 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'
    const { inForce, problems } = parseConfig({ 'cipher-suites': suites, 'tls-min-version': '1.3' })
    assert.match(problems[0]?.remedy ?? '', /set it to nothing with tls-min-version=1\.3/)
    assert.deepEqual([inForce['cipher-suites'], inForce['tls-min-version']], ['', '1.2'])
    assert.deepEqual(parseConfig({ 'tls-min-version': '1.3' }).problems, [])
  })
})
