// A process that asks etcd one thing, as a hook does, and then has nothing left to do. Started by client.test.ts.

import { text } from 'node:stream/consumers'
import * as z from 'zod/mini'
import { authStatus } from '../../../src/etcd/access.ts'
import { openEtcd } from '../../../src/etcd/client.ts'

const credentials = z.object({ ca: z.string(), certificate: z.string(), privateKey: z.string() })
const schema = z.object({ endpoints: z.array(z.string()), credentials })

const options = schema.parse(JSON.parse(await text(process.stdin)))
await using client = await openEtcd(options)
process.stdout.write(`authentication: ${await authStatus(client)}`)
