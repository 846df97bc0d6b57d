// What went wrong in etcd, in classes by what the caller can do about it. etcd3's errors bear neither code nor status: its
// class and the text are all there is to tell them apart by.

interface Told {
  /** What was asked, in etcd's words: `user add`, `member list`. */
  readonly call: string
  readonly endpoint: string
  readonly cause?: unknown
}

/** Any failure that etcd or the way to it tells of; never thrown itself. */
export class EtcdFailure extends Error {
  readonly what: string
  readonly call: string
  readonly endpoint: string
  constructor(what: string, { call, endpoint, cause }: Told) {
    super(`etcd ${call} at ${endpoint}: ${what}`, { cause })
    this.name = new.target.name
    this.what = what
    this.call = call
    this.endpoint = endpoint
  }
}

/** Nobody there, or nobody who serves now. The request has had no effect: ask again later. */
export class EtcdUnavailable extends EtcdFailure {}

/** The request left and no answer came back: it may or may not have been carried out, so look before doing it again. */
export class EtcdTimeout extends EtcdFailure {}

/** etcd knows who asks and does not allow it, or does not know who asks. */
export class EtcdDenied extends EtcdFailure {}

export class EtcdNotFound extends EtcdFailure {}

export class EtcdAlreadyExists extends EtcdFailure {}

/** The cluster's state forbids it now: a learner that lags, a member that does not lead, a root that does not exist. */
export class EtcdPrecondition extends EtcdFailure {}

/** The database has reached its quota: reads and access control go on, writes wait for space and for the alarm to go. */
export class EtcdOutOfSpace extends EtcdFailure {}

/** Nothing that waiting or asking otherwise would mend: this charm asked something wrong, or etcd answered so. */
export class EtcdBug extends EtcdFailure {}
