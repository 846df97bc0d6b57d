import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decide } from '../../../../../src/charm/decide.ts'
import type { CollectorsSeen, Observed } from '../../../../../src/charm/observed.ts'
import { fillIn, holes } from '../../../../../src/interfaces/cos-agent.ts'
import { settled } from '../../observation.ts'

function tells(collectors: CollectorsSeen | undefined, more: Partial<Observed> = {}): readonly number[] {
  return decide({ ...settled(), collectors, ...more }).writes.flatMap((write) =>
    write.kind === 'collector/tell' ? [write.relation] : [],
  )
}

test('each collector that was told something else, or nothing, is told', () => {
  const told = new Map([
    [3, 'new'],
    [4, undefined],
    [5, 'old'],
  ])
  assert.deepEqual(tells({ wanted: 'new', told }), [4, 5])
})

test('every unit tells its own, whoever leads', () => {
  assert.deepEqual(tells({ wanted: 'new', told: new Map([[4, undefined]]) }, { leader: false }), [4])
})

test('nobody is told anything where it can not be said, where nobody is, or on the way out', () => {
  const told = new Map([[4, undefined]])
  assert.deepEqual(tells({ wanted: undefined, told }), [])
  assert.deepEqual(tells(undefined), [])
  assert.deepEqual(tells({ wanted: 'new', told }, { leaving: true }), [])
})

const topology = { model: 'm', modelUuid: '5f0a2c6e-0000-4000-8000-000000000000', application: 'kv' }

test('the text has its holes filled in, each as often as it is there', () => {
  const text = `${holes.model}/${holes.application}/${holes.modelUuidShort}/${holes.modelUuid} ${holes.model}`
  assert.equal(fillIn(text, topology), 'm/kv/5f0a2c6e/5f0a2c6e-0000-4000-8000-000000000000 m')
})

test('a name that would end a string in it is never filled in', () => {
  for (const model of ['', 'a"} or up{x="', 'a\\', "a'b", 'a b'])
    assert.equal(fillIn(holes.model, { ...topology, model }), undefined, model)
})
