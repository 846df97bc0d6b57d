// etcd's protocol as code: protobufjs writes its readers and writers anew in each process that first uses them; here it writes them once, when
// the charm is packed (docs/adr/0043). They are what its own static targets have.

import { resolve } from 'node:path'
import protobuf from 'protobufjs'

/** From the files that etcd3 brings. */
export async function parseProtocol(): Promise<protobuf.Root> {
  const root = new protobuf.Root()
  root.resolvePath = (_, file) => resolve('node_modules/etcd3/proto', file)
  await root.load('rpc.proto', { keepCase: true })
  root.resolveAll()
  return root
}

/** The code of a function of protobufjs' runtime, `{ Reader, Writer, util }`, which returns a `Protocol` (src/etcd/package-definition.ts). */
export function printProtocol(root: protobuf.Root): string {
  const found = [...membersOf(root)]
  const types = found.filter((member) => member instanceof protobuf.Type)
  const services = found.filter((member) => member instanceof protobuf.Service)
  return `function openProtocol({ Reader, Writer, util }) {
const types = {${types.map(({ fullName }) => `${quote(fullName)}: { ctor: function () {} }`).join(', ')}}
${types.map(printType).join('\n')}
return { types, services: ${JSON.stringify(services.map(describeService))} }
}`
}

function* membersOf(namespace: protobuf.NamespaceBase): Generator<protobuf.ReflectionObject> {
  for (const member of namespace.nestedArray) {
    yield member
    if (member instanceof protobuf.Namespace) yield* membersOf(member)
  }
}

function printType(type: protobuf.Type): string {
  if (type.fieldsArray.some((field) => field instanceof protobuf.MapField))
    throw new Error(`${type.fullName} has a map, which nothing here was tried with`)
  const codecs = {
    encode: protobuf.encoder(type),
    decode: protobuf.decoder(type),
    fromObject: protobuf.converter.fromObject(type),
    toObject: protobuf.converter.toObject(type),
  }
  const printed = Object.entries(codecs).map(([name, code]) => `${name}: ${code}`)
  return `;((all, types) => Object.assign(all[${quote(type.fullName)}], {
${printed.join(',\n')}
}))(types, [${type.fieldsArray.map(printResolved).join(', ')}])`
}

/** What a field holds, for the code that protobufjs writes: by it an enumeration's names are found by number, and its numbers by name. */
function printResolved({ resolvedType }: protobuf.Field): string {
  if (resolvedType instanceof protobuf.Enum) {
    const { values, valuesById } = resolvedType
    return JSON.stringify({ values: { ...valuesById, ...values } })
  }
  return resolvedType ? `types[${quote(resolvedType.fullName)}]` : 'null'
}

function describeService(service: protobuf.Service) {
  const methods = service.methodsArray.map((method) => ({
    name: method.name,
    request: service.lookupType(method.requestType).fullName,
    response: service.lookupType(method.responseType).fullName,
    requestStream: method.requestStream === true,
    responseStream: method.responseStream === true,
  }))
  return { name: service.fullName.slice(1), methods }
}

const quote = (text: string): string => JSON.stringify(text)
