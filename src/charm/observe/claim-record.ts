// The note beside etcd's data of which founding it is.

import * as z from 'zod/mini'

export const claimSchema = z.object({ token: z.string(), generation: z.number(), unit: z.string() })
