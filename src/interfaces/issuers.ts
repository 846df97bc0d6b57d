// What units tell each other of issuers of the operator's, in the databags of `etcd-peers`: each unit what it trusts and shows, the
// leader whom all are to trust (docs/adr/0035-issuers-are-facts.md). There is nothing of it where no such issuer is related.

import * as z from 'zod/mini'

/** Members show a certificate to each other, and one to clients; the administrator's is the charm's own always. */
export const issuerRoles = ['peer', 'server'] as const
export type IssuerRole = (typeof issuerRoles)[number]

export const issuerEndpoints = { peer: 'peer-certificates', server: 'client-certificates' } as const

const told = z.object({
  offers: z.optional(z.string()),
  named: z.optional(z.boolean()),
  trusts: z.optional(z.readonly(z.array(z.string()))),
  presents: z.optional(z.string()),
  until: z.optional(z.number()),
})
export const issuersOfUnit = z.object({ peer: z.optional(told), server: z.optional(told) })
/**
 * Of a role: the root that signed what the unit was given (PEM), and whether that names the application; fingerprints of the issuers' roots
 * that it trusts, by its running etcd for peers; and the root of what it shows, where that is not the charm's own, and when that ends
 * (milliseconds since 1970).
 */
export type IssuerOfUnit = Readonly<z.infer<typeof told>>
export type IssuersOfUnit = Readonly<z.infer<typeof issuersOfUnit>>

const trusted = z.object({
  anchors: z.readonly(
    z.array(z.object({ pem: z.string(), since: z.number(), told: z.optional(z.boolean()) })),
  ),
  narrow: z.optional(z.string()),
})
export const issuersOfApplication = z.object({ peer: z.optional(trusted), server: z.optional(trusted) })
/**
 * Roots that every unit is to trust beside the charm's own, sorted, and since when; `told`: and all clients were told of it. `narrow`: the
 * name that a peer must bear to be let in, which these sign for nobody else.
 */
export type TrustedIssuers = Readonly<z.infer<typeof trusted>>
export type IssuersOfApplication = Readonly<z.infer<typeof issuersOfApplication>>
