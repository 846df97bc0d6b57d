// The three certificates that each unit has, and texts by them.

import * as z from 'zod/mini'

/** The three certificates of a unit, each from an authority of its own (facts: with a shared one a client reaches raft). */
export const purposes = ['peer', 'server', 'admin'] as const
export type Purpose = (typeof purposes)[number]

export const byPurpose = z.object({ peer: z.string(), server: z.string(), admin: z.string() })
/** One text for each purpose: requests, certificates or authorities in PEM, or fingerprints. */
export type ByPurpose = Readonly<z.infer<typeof byPurpose>>
