// The one way to etcd's API. etcd3 as it comes hangs on a silent server, retries what may not be repeated, and stops asking a
// server that answered with an error; so it is told to do none of that, and fail-over is decided here, call by call.

import type { Etcd3 } from 'etcd3'
import { EtcdBug, EtcdFailure, EtcdTimeout, EtcdUnavailable } from './errors.ts'
import { authRace, explainFailure } from './explain-failure.ts'
import type { Credentials } from './types.ts'

export interface EtcdOptions {
  /** `https://host:port`, in the order in which they are tried. */
  readonly endpoints: readonly string[]
  readonly credentials: Credentials
  /** Each request's, in milliseconds. */
  readonly deadlineMs?: number
}

/** How often a request may lose against a change of access before that is told: each change loses it one try. */
const authRaces = 10

type Request<T> = (etcd: Etcd3) => Promise<T>

export interface EtcdClient extends AsyncDisposable {
  readonly endpoints: readonly string[]
  /** How many requests were sent so far, those of fail-over among them. */
  readonly requests: number
  /** A request that may be repeated: where an endpoint doesn't serve, the next one is asked. */
  ask<T>(call: string, request: Request<T>): Promise<T>
  /** A request that must not be done twice: another endpoint is asked only while none can have begun it. */
  tell<T>(call: string, request: Request<T>): Promise<T>
  /** A request about the member behind this endpoint and no other. */
  askAt<T>(endpoint: string, call: string, request: Request<T>): Promise<T>
}

/** Connects with the first request only. Take it with `await using`, so that nothing of it keeps the process alive. */
export async function openEtcd(options: EtcdOptions): Promise<EtcdClient> {
  const { endpoints } = options
  const connections = await openConnections(options)
  let requests = 0
  let served = endpoints[0]

  const askAt = async <T>(endpoint: string, call: string, request: Request<T>): Promise<T> => {
    for (let left = authRaces; ; left -= 1) {
      requests += 1
      try {
        const answer = await connections.request(endpoint, call, request)
        served = endpoint
        return answer
      } catch (error) {
        if (left === 0 || !(error instanceof EtcdFailure && authRace.test(error.what))) throw error
      }
    }
  }
  const failOver = async <T>(call: string, request: Request<T>, goesOn: (error: EtcdFailure) => boolean) => {
    const failures: EtcdFailure[] = []
    for (const endpoint of new Set([...endpoints.filter((other) => other === served), ...endpoints])) {
      try {
        return await askAt(endpoint, call, request)
      } catch (error) {
        if (!(error instanceof EtcdFailure && goesOn(error))) throw error
        failures.push(error)
      }
    }
    throw nobodyServes(call, failures)
  }

  return {
    endpoints,
    get requests() {
      return requests
    },
    askAt,
    ask: (call, request) =>
      failOver(call, request, (error) => isUnavailable(error) || error instanceof EtcdTimeout),
    tell: (call, request) => failOver(call, request, isUnavailable),
    [Symbol.asyncDispose]: connections[Symbol.asyncDispose],
  }
}

interface Connections extends AsyncDisposable {
  request<T>(endpoint: string, call: string, request: Request<T>): Promise<T>
}

/** Reading its code takes as long as a few answers of Juju's: who will need it begins while it waits for those. */
export const loadClient = () => Promise.all([import('etcd3'), import('cockatiel')])

/** One etcd3 for each endpoint: with several it would choose among them at random. */
async function openConnections({ credentials, deadlineMs = 5000 }: EtcdOptions): Promise<Connections> {
  const [etcd3, { noop }] = await loadClient()
  const opened = new Map<string, Etcd3>()
  const open = (endpoint: string): Etcd3 => {
    const etcd = new etcd3.Etcd3({
      hosts: [endpoint],
      credentials: {
        rootCertificate: Buffer.from(credentials.ca),
        certChain: Buffer.from(credentials.certificate),
        privateKey: Buffer.from(credentials.privateKey),
      },
      faultHandling: { global: noop, host: () => noop },
      // A function, so that it is the deadline of each request and not of the client.
      defaultCallOptions: ({ isStream }) => (isStream ? {} : { deadline: Date.now() + deadlineMs }),
      // Juju's http-proxy reaches hooks as environment, and grpc-js would take the way to loopback through it.
      grpcOptions: { 'grpc.enable_http_proxy': 0, 'grpc.service_config_disable_resolution': 1 },
    })
    opened.set(endpoint, etcd)
    return etcd
  }
  return {
    request: async (endpoint, call, request) => {
      try {
        return await request(opened.get(endpoint) ?? open(endpoint))
      } catch (error) {
        throw explainFailure(error, { call, endpoint }, etcd3)
      }
    },
    [Symbol.asyncDispose]: async () => {
      for (const etcd of opened.values()) etcd.close()
    },
  }
}

function isUnavailable(error: EtcdFailure): boolean {
  return error instanceof EtcdUnavailable
}

/** Nothing has happened if nothing has happened anywhere. */
function nobodyServes(call: string, failures: readonly EtcdFailure[]): EtcdFailure {
  const [first, ...others] = failures
  if (!first) return new EtcdBug('there is no endpoint to ask', { call, endpoint: 'nowhere' })
  if (others.length === 0) return first
  const endpoint = failures.map((failure) => failure.endpoint).join(', ')
  const what = failures.map((failure) => failure.what).join('; ')
  const told = { call, endpoint, cause: new AggregateError(failures) }
  return failures.every(isUnavailable) ? new EtcdUnavailable(what, told) : new EtcdTimeout(what, told)
}
