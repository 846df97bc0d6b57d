// From etcd3's errors to ours. Text comes first: etcd tells several different things under one status, and etcd3 keeps the
// status only as the class of its error.

import {
  EtcdAlreadyExists,
  EtcdBug,
  EtcdDenied,
  EtcdFailure,
  EtcdNotFound,
  EtcdOutOfSpace,
  EtcdPrecondition,
  EtcdTimeout,
  EtcdUnavailable,
} from './errors.ts'

import { plainText } from '../plain-text.ts'

type Etcd3Module = typeof import('etcd3')
type Verdict =
  | 'already-exists'
  | 'bug'
  | 'denied'
  | 'not-found'
  | 'out-of-space'
  | 'precondition'
  | 'timeout'
  | 'unavailable'

export interface Asked {
  readonly call: string
  readonly endpoint: string
}

export function explainFailure(error: unknown, asked: Asked, etcd3: Etcd3Module): EtcdFailure {
  if (error instanceof EtcdFailure) return error
  const text = error instanceof Error ? error.message : String(error)
  const told = { ...asked, cause: error }
  const what = plainText(tidy(text), longestWords)
  const verdict = byText(text) ?? byClass(error, etcd3)
  switch (verdict) {
    case 'already-exists':
      return new EtcdAlreadyExists(what, told)
    case 'bug':
      return new EtcdBug(what, told)
    case 'denied':
      return new EtcdDenied(what, told)
    case 'not-found':
      return new EtcdNotFound(what, told)
    case 'out-of-space':
      return new EtcdOutOfSpace(what, told)
    case 'precondition':
      return new EtcdPrecondition(what, told)
    case 'timeout':
      return new EtcdTimeout(what, told)
    case 'unavailable':
      return new EtcdUnavailable(what, told)
  }
}

/** Who may do what changed between etcd's look at the certificate and the request, of which it did nothing: worth another try. */
export const authRace = /etcdserver: revision of auth store is old/

/** In this order. A deadline that passed before a connection stood (grpc-js then names no remote address) lost nothing. */
const texts: readonly (readonly [RegExp, Verdict])[] = [
  [
    /No connection established|raft proposal dropped|etcdserver: (unhealthy cluster|no leader|too many requests|rpc not supported for learner)/,
    'unavailable',
  ],
  [authRace, 'unavailable'],
  [/Deadline exceeded(?!.*(remote_addr=|previous attempts))/, 'unavailable'],
  [/Deadline exceeded/, 'timeout'],
  // Of a server that went while it answered, whatever status grpc-js calls it by.
  [
    /RST_STREAM|Received HTTP status code|Connection dropped|HTTP\/2 stream|Write (error|failed)|No (status information|message) received/,
    'timeout',
  ],
  [/permission denied|user name is empty/, 'denied'],
  [/permission is not granted to the role/, 'not-found'],
  [/Peer URLs already exists|member ID already exist/, 'already-exists'],
  [/database space exceeded/, 'out-of-space'],
]

function byText(text: string): Verdict | undefined {
  return texts.find(([pattern]) => pattern.test(text))?.[1]
}

function byClass(error: unknown, etcd3: Etcd3Module): Verdict {
  const classes: readonly (readonly [abstract new (...parts: never[]) => Error, Verdict])[] = [
    [etcd3.EtcdUserExistsError, 'already-exists'],
    [etcd3.EtcdRoleExistsError, 'already-exists'],
    [etcd3.GRPCAlreadyExistsError, 'already-exists'],
    [etcd3.EtcdUserNotFoundError, 'not-found'],
    [etcd3.EtcdRoleNotFoundError, 'not-found'],
    [etcd3.EtcdRoleNotGrantedError, 'not-found'],
    [etcd3.GRPCNotFoundError, 'not-found'],
    [etcd3.EtcdPermissionDeniedError, 'denied'],
    [etcd3.EtcdAuthenticationFailedError, 'denied'],
    [etcd3.EtcdInvalidAuthTokenError, 'denied'],
    [etcd3.GRPCUnauthenticatedError, 'denied'],
    [etcd3.GRPCFailedPreconditionError, 'precondition'],
    [etcd3.GRPCDeadlineExceededError, 'timeout'],
    [etcd3.GRPCCancelledError, 'timeout'],
    // Of a connection that stood and was lost, or of an etcd that waited for its quorum in vain.
    [etcd3.GRPCUnavailableError, 'timeout'],
    [etcd3.GRPCAbortedError, 'timeout'],
    // What etcd has no status for: errors of its raft, when it stops, say.
    [etcd3.GRPCUnknownError, 'timeout'],
  ]
  return classes.find(([kind]) => error instanceof kind)?.[1] ?? 'bug'
}

/** A member's name, or a certificate's, may be in it. */
const longestWords = 300

/** Without what differs from one try to the next (times, addresses in memory): it may become a status message. */
function tidy(text: string): string {
  const [line = text] = text.split('\n')
  if (/Deadline exceeded/.test(line))
    return /remote_addr=/.test(line) ? 'no answer in time' : 'no connection in time'
  return line
    .replace(/^(\w+: )?\d+ [A-Z_]+: /, '')
    .replace(/No connection established\. Last error: (Error: )?/, 'no connection: ')
    .replace(/\S*:SSL routines:[^:]*:([^:]*):.*/, 'TLS: $1')
    .replace(/; if the root CA.*|\.? *Resolution note: *$/, '')
    .replace(/ \(\d{4}-\d\d-\d\dT\S+Z\)/, '')
}
