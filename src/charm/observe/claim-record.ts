// The notes beside etcd's data: of which founding it is, and whether it is in doubt.

import * as z from 'zod/mini'

export const claimSchema = z.object({ token: z.string(), generation: z.number(), unit: z.string() })

export const doubtSchema = z.object({ invocation: z.string() })
