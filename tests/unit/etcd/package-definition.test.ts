// Every message of etcd's protocol goes over the wire as @grpc/proto-loader would send and read it.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadSync } from '@grpc/proto-loader'
import protobuf from 'protobufjs'
import runtime from 'protobufjs/minimal.js'
import { parseProtocol, printProtocol } from '../../../scripts/protocol.ts'
import { defineServices } from '../../../src/etcd/package-definition.ts'

// As etcd3 has them.
const options = { longs: String, enums: String, defaults: true, oneofs: true }

const root = await parseProtocol()
const code = Buffer.from(`export default ${printProtocol(root)}`).toString('base64')
const { default: openProtocol } = await import(`data:text/javascript;base64,${code}`)
const ours = defineServices(openProtocol(runtime), options)
const theirs = loadSync('node_modules/etcd3/proto/rpc.proto', { ...options, keepCase: true })

type Message = Record<string, unknown>

/** A message with a value in each field; of those that exclude each other the one whose turn it is. */
function fill(type: protobuf.Type, turn: number, depth = 0): Message {
  const chosen = type.fieldsArray.filter(
    (field) => !field.partOf || field.partOf.fieldsArray[turn % field.partOf.fieldsArray.length] === field,
  )
  const rows = chosen.flatMap((field): [string, unknown][] => {
    const value = valueFor(field.resolve(), turn, depth)
    return value === undefined ? [] : [[field.name, field.repeated ? [value, value] : value]]
  })
  return Object.fromEntries(rows)
}

function valueFor({ type, resolvedType }: protobuf.Field, turn: number, depth: number): unknown {
  if (resolvedType instanceof protobuf.Enum) return Object.keys(resolvedType.values).at(-1)
  if (resolvedType) return depth > 3 ? undefined : fill(resolvedType, turn, depth + 1)
  if (type === 'bytes') return Buffer.from([0, 255, 1])
  if (type === 'string') return 'name é'
  if (type === 'bool') return true
  // Past what a number of JavaScript's holds.
  if (type === 'uint64') return '18446744073709551615'
  return type === 'int64' ? '-9007199254740993' : 7
}

const services = Object.keys(theirs).filter((name) => root.lookup(name) instanceof protobuf.Service)
const methods = services.flatMap((service) =>
  root.lookupService(service).methodsArray.map((method) => ({ service, method })),
)

function definitionsOf(service: string, name: string) {
  const their = Object.entries(theirs[service] ?? {}).find(([key]) => key === name)?.[1]
  const our = ours[service]?.[name]
  assert.ok(our && their)
  return { our, their }
}

test('all services and methods are there, with their paths and streams', () => {
  assert.ok(services.includes('etcdserverpb.KV'))
  assert.deepEqual(Object.keys(ours).sort(), services.sort())
  for (const { service, method } of methods) {
    const { our, their } = definitionsOf(service, method.name)
    for (const property of ['path', 'requestStream', 'responseStream'] as const)
      assert.equal(our[property], their[property])
    // HashKV is hashKv by theirs; etcd3 calls it hashKV.
    assert.equal(our.originalName?.toLowerCase(), their.originalName?.toLowerCase())
  }
})

for (const turn of [0, 1, 2])
  test(`every request and answer is written and read alike, turn ${turn}`, () => {
    assert.ok(methods.length > 30, `${methods.length} methods`)
    for (const { service, method } of methods) {
      const { our, their } = definitionsOf(service, method.name)
      const full = (type: string): Message => fill(root.lookupService(service).lookupType(type), turn)
      for (const request of [{}, full(method.requestType)]) {
        const bytes = their.requestSerialize(request)
        assert.deepEqual(our.requestSerialize(request), bytes)
        assert.deepEqual(our.requestDeserialize(bytes), their.requestDeserialize(bytes))
      }
      for (const response of [{}, full(method.responseType)]) {
        const bytes = their.responseSerialize(response)
        assert.deepEqual(our.responseSerialize(response), bytes)
        assert.deepEqual(our.responseDeserialize(bytes), their.responseDeserialize(bytes))
      }
    }
  })
