// The notes beside etcd's data: of which founding it is, and whether it is in doubt.

import * as z from 'zod/mini'

export const claimSchema = z.object({ token: z.string(), generation: z.number(), unit: z.string() })

export const doubtSchema = z.object({ invocation: z.string() })

/** Beside data that a restore has taken the place of: of which founding that is. */
export const replacedSchema = z.object({ by: z.optional(z.string()) })
