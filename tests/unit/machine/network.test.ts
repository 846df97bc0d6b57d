import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { hostPort, url } from '../../../src/machine/network.ts'

describe('an address in a URL', () => {
  it('is as it is for IPv4 and for names', () => {
    assert.equal(hostPort('10.0.0.1', 2379), '10.0.0.1:2379')
    assert.equal(url('https', 'etcd-0.example', 2380), 'https://etcd-0.example:2380')
  })

  it('stands in brackets for IPv6', () => {
    assert.equal(hostPort('fd00::1', 2379), '[fd00::1]:2379')
    assert.equal(new URL(url('http', '::1', 2381)).port, '2381')
  })
})
