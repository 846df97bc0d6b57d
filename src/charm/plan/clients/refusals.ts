// Why a request is not served, or not yet, in words for its author: the code for the interface's `status` field (4xxx passes by itself
// or waits for a part that is still missing, 5xxx needs somebody to mend something), the message and the remedy.

import type { RequestStatus } from '../../../interfaces/etcd-client-answer.ts'

interface Refusal {
  readonly code: number
  readonly message: string
  readonly resolution: string
}

/** By the names that the field's charms give the option: its test charms can be told to send a CA, data-integrator is given the certificate. */
const endEntity =
  "send an end-entity certificate (basicConstraints CA:FALSE, no keyCertSign); options of the client's charm that may decide it: send-ca-cert=false, mtls-cert"
const oneName =
  'send a certificate with exactly one common name of letters, digits, dots, dashes, colons, @ or _'

export const refusals: Readonly<Record<string, Refusal>> = {
  'certificate-missing': {
    code: 4001,
    message: 'no client certificate',
    resolution: 'publish secret-mtls with key mtls-cert',
  },
  'secret-denied': {
    code: 4002,
    message: 'the secret with the certificate may not be read',
    resolution: 'grant it to this relation',
  },
  'secret-not-found': {
    code: 4003,
    message: 'the secret with the certificate does not exist',
    resolution: 'publish the URI of an existing secret',
  },
  'prefix-missing': {
    code: 4004,
    message: 'no key prefix',
    resolution: 'set the prefix that the client uses',
  },
  'certificate-not-yet-valid': {
    code: 4005,
    message: 'the certificate is not valid yet',
    resolution: 'wait, or correct the clocks',
  },
  'truststore-full': {
    code: 4006,
    message: 'no room for another client certificate',
    resolution: 'remove clients, or deploy a second etcd',
  },
  'ledger-full': {
    code: 4009,
    message: 'no room to keep another client certificate',
    resolution: 'send smaller certificates, or fewer over one relation',
  },
  'encryption-awaited': {
    code: 4007,
    message: 'the requirer in another model has not taken up encryption-secret yet',
    resolution: 'use an etcd_client library that knows of relations across models',
  },
  'certificate-untried': {
    code: 4008,
    message: "the certificate can't be tried on the leader's machine",
    resolution: "wait; etcd's operator must see that etcdctl runs there",
  },
  'member-away': {
    code: 4101,
    message: 'access is being set up, and waits for a member that does not answer',
    resolution: 'wait until it is back, until its unit is removed, or until absence-patience is over',
  },
  'members-restart': {
    code: 4102,
    message: 'access is being set up; members restart in turn to load the certificate',
    resolution: 'wait; the status of etcd says what holds it up, if anything does',
  },
  'renewal-waits': {
    code: 4103,
    message: 'no room yet for the new certificate beside the old one',
    resolution: 'go on with the old one; this passes when other renewals are done or clients leave',
  },
  'common-name-leaving': {
    code: 4010,
    message: 'every member must let go of the one who had the common name, or these keys, before',
    resolution: 'wait; where a member is away, it must come back or its unit be removed',
  },
  'relation-suspended': {
    code: 4011,
    message: 'the relation was suspended for longer than its access lasts',
    resolution: 'resume the relation',
  },
  'requests-ending': {
    code: 4012,
    message: 'too many requests of this relation have ended, and are still to be cleaned up after',
    resolution: 'wait some minutes, and keep the ids of requests',
  },
  'secret-unreadable': {
    code: 4013,
    message: "juju can't give out the secret with the certificate",
    resolution:
      'publish the URI of a secret of the own model; where its secret backend or its controller is away, wait',
  },
  'renewal-gathered': {
    code: 4104,
    message: 'the new certificate waits: members restart for renewals once in client-restart-interval',
    resolution: 'wait, and go on with the certificate of before; renew less often',
  },
  'certificate-expired': {
    code: 5001,
    message: 'the certificate has expired',
    resolution: 'send a certificate that is valid now',
  },
  'full-keyspace-refused': {
    code: 5006,
    message: 'an empty resource is the whole key space',
    resolution: 'ask for a prefix, or let it have every key: juju config etcd allow-full-keyspace=true',
  },
  'secret-key-missing': {
    code: 5002,
    message: 'the secret has no key mtls-cert',
    resolution: 'put the certificate under mtls-cert',
  },
  'request-malformed': {
    code: 5003,
    message: 'the request cannot be read',
    resolution: 'use the etcd_client library, v0 or v1',
  },
  'not-a-certificate': {
    code: 5004,
    message: 'what was sent is no certificate',
    resolution: 'send one certificate in PEM',
  },
  'private-key-sent': {
    code: 5005,
    message: 'a private key was sent',
    resolution: 'replace that key, it is no secret any more, and send the certificate',
  },
  'certificate-undecryptable': {
    code: 5007,
    message: "the encrypted certificate can't be read",
    resolution: 'encrypt mtls-cert with the key of encryption-secret, by Fernet',
  },
  'certificate-is-ca': { code: 5010, message: 'the certificate is a CA', resolution: endEntity },
  'certificate-can-sign': { code: 5011, message: 'the certificate may sign others', resolution: endEntity },
  'certificate-is-v1': {
    code: 5012,
    message: 'the certificate is X.509 v1',
    resolution: 'send an X.509 v3 certificate',
  },
  'key-type-unsupported': {
    code: 5013,
    message: "etcd can't load a key of this type",
    resolution: 'use RSA 2048 to 8192 with exponent 65537, P-256, P-384, P-521 or Ed25519',
  },
  'certificate-unloadable': {
    code: 5014,
    message: "etcd can't load the certificate",
    resolution:
      'send one for TLS clients: extended key usage clientAuth, if any, at most 8 kB, a positive serial',
  },
  'signature-unusable': {
    code: 5015,
    message: 'the certificate is signed by an algorithm that TLS clients no longer take',
    resolution: 'send one that is signed with SHA-256, SHA-384, SHA-512 or Ed25519',
  },
  'common-name-missing': { code: 5020, message: 'the certificate has no common name', resolution: oneName },
  'common-name-ambiguous': {
    code: 5021,
    message: 'the certificate has more than one common name',
    resolution: oneName,
  },
  'common-name-invalid': {
    code: 5022,
    message: 'the common name is no valid user name',
    resolution: oneName,
  },
  'common-name-reserved': {
    code: 5023,
    message: 'the common name is reserved',
    resolution: 'use another common name',
  },
  'common-name-taken': {
    code: 5024,
    message: 'the common name belongs to another client',
    resolution: 'use another common name',
  },
  'secret-taken': {
    code: 5025,
    message: "the secret with the certificate is another client's",
    resolution: 'share a certificate of its own',
  },
  'common-name-foreign': {
    code: 5026,
    message: 'a user or role in etcd that was not made by this charm has the common name',
    resolution: 'use another common name, or have the operator remove it or run adopt-user',
  },
  'access-revoked': {
    code: 5027,
    message: 'the operator has revoked the access of this client',
    resolution: 'ask for it to be allowed again (allow-client)',
  },
  'prefix-invalid': {
    code: 5030,
    message: 'the prefix is too long or has control characters',
    resolution: 'ask for a prefix of at most 512 bytes of plain text',
  },
  'too-many-requests': {
    code: 5031,
    message: 'the relation asks for more users than one relation may',
    resolution: 'ask for fewer, or by more relations',
  },
}

const unknown: Refusal = {
  code: 5099,
  message: 'the certificate is refused',
  resolution: 'send another certificate',
}

/** Why the secret of a request was not read. */
export type UnreadSecret = 'secret-denied' | 'secret-not-found' | 'secret-unreadable'

export function isUnreadSecret(code: string): code is UnreadSecret {
  return code === 'secret-denied' || code === 'secret-not-found' || code === 'secret-unreadable'
}

/** Codes that pass when a missing part arrives; the others need somebody to mend something. */
export function isWaiting(code: string): boolean {
  return (refusals[code] ?? unknown).code < 5000
}

/** @param etcd the application that is etcd, which a command of the remedy names */
export function explainRefusal(code: string, detail: string, etcd = 'etcd'): RequestStatus {
  const row = refusals[code] ?? unknown
  return {
    code: row.code,
    message: detail === '' ? row.message : `${row.message}: ${detail}`,
    resolution: row.resolution.replaceAll('juju config etcd ', `juju config ${etcd} `),
  }
}
