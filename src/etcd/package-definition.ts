// etcd's protocol for grpc, in place of @grpc/proto-loader, which etcd3 calls when it is loaded: that one parses the protocol's files and
// describes each message anew, for each hook. Here the readers and writers of messages were written when the charm was packed
// (scripts/protocol.ts).

import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js'
import type { IConversionOptions, Writer } from 'protobufjs'

type Message = Record<string, unknown>

/** Of one type of messages, as protobufjs has it. */
interface Codec {
  encode(message: object): Writer
  decode(bytes: Uint8Array): object
  fromObject(plain: Message): object
  toObject(message: object, options: IConversionOptions): Message
}

export interface Protocol {
  /** By their whole names, with a dot before. */
  readonly types: Readonly<Record<string, Codec>>
  readonly services: readonly {
    /** Whole, with no dot before. */
    readonly name: string
    readonly methods: readonly {
      readonly name: string
      readonly request: string
      readonly response: string
      readonly requestStream: boolean
      readonly responseStream: boolean
    }[]
  }[]
}

/** Its services by their whole names, as grpc's `loadPackageDefinition` takes them. */
export function defineServices(
  { types, services }: Protocol,
  options: IConversionOptions,
): Readonly<Record<string, ServiceDefinition>> {
  const codecOf = (name: string): Codec => {
    const codec = types[name]
    if (!codec) throw new TypeError(`the protocol has no ${name}`)
    return codec
  }
  const serializer = (name: string) => {
    const codec = codecOf(name)
    return (message: Message) => Buffer.from(codec.encode(codec.fromObject(message)).finish())
  }
  const deserializer = (name: string) => {
    const codec = codecOf(name)
    return (bytes: Buffer) => codec.toObject(codec.decode(bytes), options)
  }
  const defined = services.map(({ name: service, methods }) => {
    const rows = methods.map(({ name, request, response, ...streams }) => {
      const definition: MethodDefinition<Message, Message> = {
        path: `/${service}/${name}`,
        ...streams,
        requestSerialize: serializer(request),
        requestDeserialize: deserializer(request),
        responseSerialize: serializer(response),
        responseDeserialize: deserializer(response),
        // The name of the client's method.
        originalName: name.charAt(0).toLowerCase() + name.slice(1),
      }
      return [name, definition] as const
    })
    return [service, Object.fromEntries(rows)] as const
  })
  return Object.fromEntries(defined)
}
