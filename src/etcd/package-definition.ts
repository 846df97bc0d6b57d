// etcd's protocol for grpc, in place of @grpc/proto-loader, which etcd3 calls when it is loaded: that one parses the protocol's files and
// describes each message anew, for each hook. Here the files were parsed when the charm was packed (scripts/build.ts), and nothing is
// described.

import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js'
import protobuf from 'protobufjs/light.js'

/** As protobufjs prints what it has parsed. */
export type ParsedProtocol = protobuf.INamespace

type Message = Record<string, unknown>
export type Services = Readonly<Record<string, ServiceDefinition>>

/** Its services by their whole names, as grpc's `loadPackageDefinition` takes them. */
export function defineServices(parsed: ParsedProtocol, options: protobuf.IConversionOptions): Services {
  return Object.fromEntries(servicesIn(protobuf.Root.fromJSON(parsed), options))
}

function servicesIn(
  namespace: protobuf.NamespaceBase,
  options: protobuf.IConversionOptions,
): readonly (readonly [string, ServiceDefinition])[] {
  return namespace.nestedArray.flatMap((found) => {
    if (found instanceof protobuf.Service) return [[wholeName(found), defineService(found, options)] as const]
    return found instanceof protobuf.Namespace ? servicesIn(found, options) : []
  })
}

function defineService(service: protobuf.Service, options: protobuf.IConversionOptions): ServiceDefinition {
  const rows = service.methodsArray.map((method): [string, MethodDefinition<Message, Message>] => {
    const request = codecOf(service, method.requestType, options)
    const response = codecOf(service, method.responseType, options)
    const definition = {
      path: `/${wholeName(service)}/${method.name}`,
      requestStream: method.requestStream === true,
      responseStream: method.responseStream === true,
      requestSerialize: request.serialize,
      requestDeserialize: request.deserialize,
      responseSerialize: response.serialize,
      responseDeserialize: response.deserialize,
      // The name of the client's method.
      originalName: method.name.charAt(0).toLowerCase() + method.name.slice(1),
    }
    return [method.name, definition]
  })
  return Object.fromEntries(rows)
}

interface Codec {
  serialize(message: Message): Buffer
  deserialize(bytes: Buffer): Message
}

function codecOf(service: protobuf.Service, name: string, options: protobuf.IConversionOptions): Codec {
  const type = service.lookupType(name)
  return {
    serialize: (message) => Buffer.from(type.encode(type.fromObject(message)).finish()),
    deserialize: (bytes) => type.toObject(type.decode(bytes), options),
  }
}

function wholeName({ fullName }: protobuf.ReflectionObject): string {
  return fullName.replace(/^\./, '')
}

/** Written by scripts/build.ts. */
declare const parsedProtocol: ParsedProtocol

/** What etcd3 calls; the protocol's file is in the code already. */
export function loadSync(_file: string, options: protobuf.IConversionOptions): Services {
  return defineServices(parsedProtocol, options)
}
