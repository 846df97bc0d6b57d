// The wire contract of `certificate_transfer` as its requirer reads it: v1 in the application's databag, v0 in the units' databags.

import * as z from 'zod/mini'
import { splitBundle } from './authorities-digest.ts'
import { parseJsonText } from './json-text.ts'

type Databag = Readonly<Record<string, string>>

const list = z.array(z.string())

/** Certificates in PEM, each once, sorted; not looked into yet. */
export function parseTransferredCertificates(
  application: Databag,
  units: readonly Databag[],
): readonly string[] {
  const v1 = parseJsonText(list, application.certificates)
  const texts =
    v1 ?? units.flatMap(({ ca, chain }) => [ca ?? '', ...(parseJsonText(list, chain) ?? [chain ?? ''])])
  return [...new Set(texts.flatMap(splitBundle))].sort()
}
