// What this unit made to ask issuers of the operator's with: a key and its request in one file each role, readable by root alone, so that
// no crash leaves one without the other. etcd reads a key only once its certificate is shown.

import * as z from 'zod/mini'
import { type IssuerRole, issuerRoles } from '../../interfaces/issuers.ts'
import { parseJsonText } from '../../interfaces/json-text.ts'
import { readTextIfExists } from '../../machine/file.ts'
import type { Workload } from '../../machine/workload.ts'
import { requestsPath } from '../layout.ts'
import type { MachineSeen, RequestOnDisk } from '../observed.ts'

const schema = z.array(
  z.object({
    request: z.string(),
    publicKey: z.string(),
    wish: z.object({
      commonName: z.string(),
      names: z.array(z.string()),
      key: z.enum(['rsa', 'ecdsa']),
    }),
    at: z.number(),
    privateKey: z.string(),
  }),
)

export type RequestWithKey = RequestOnDisk & { readonly privateKey: string }

export async function readRequests(workload: Workload, role: IssuerRole): Promise<readonly RequestWithKey[]> {
  return parseJsonText(schema, await readTextIfExists(requestsPath(workload, role))) ?? []
}

export async function observeRequests(workload: Workload): Promise<MachineSeen['requests']> {
  const [peer, server] = await Promise.all(issuerRoles.map((role) => readRequests(workload, role)))
  return { peer: (peer ?? []).map(withoutKey), server: (server ?? []).map(withoutKey) }
}

function withoutKey({ privateKey: _kept, ...request }: RequestWithKey): RequestOnDisk {
  return request
}
