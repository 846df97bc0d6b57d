// The options about backups: their shapes, what they are by default, and what to say where one is wrong.

import * as z from 'zod/mini'
import { leadsElsewhere } from '../interfaces/backup-layout.ts'
import { parseSchedule, scheduleRemedy } from '../interfaces/backup-schedule.ts'
import { decodePem, longest, splitAuthorities } from '../interfaces/store-contract.ts'

const whole = (least: number, most: number) => z.int().check(z.minimum(least), z.maximum(most))

export const backupOptions = {
  'backup-bucket': z.string().check(z.regex(/^([A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9])?$/)),
  'backup-ca': z.string().check(z.refine(isAuthorities)),
  'backup-keep': whole(1, 10_000),
  'backup-keep-days': whole(0, 36_500),
  'backup-path': z.string().check(
    z.regex(/^[\w./=@ -]{0,512}$/),
    z.refine((text) => !leadsElsewhere(text)),
  ),
  'backup-schedule': z.string().check(z.refine((text) => parseSchedule(text) !== undefined)),
  'backup-verify': z.boolean(),
} as const

/** A key in it would go on record with the peers, and a certificate that was cut off would end each backup in words of OpenSSL. */
function isAuthorities(text: string): boolean {
  if (text.length > longest.chain) return false
  const begun = decodePem(text).match(/-----BEGIN [^-]*-----/g) ?? []
  return splitAuthorities(text)?.length === begun.length
}

export const backupDefaults = {
  'backup-bucket': '',
  'backup-ca': '',
  'backup-keep': 7,
  'backup-keep-days': 0,
  'backup-path': '',
  'backup-schedule': 'never',
  'backup-verify': false,
} as const

export const backupRemedies: Readonly<
  Record<keyof typeof backupOptions, string | ((value: unknown) => string)>
> = {
  'backup-bucket': 'set it to the name of a bucket, or to nothing',
  'backup-ca': `set it to certificates in PEM, each of them whole, without a key and of ${longest.chain} characters at most, or to nothing`,
  'backup-keep': 'set it to 1 to 10000 backups',
  'backup-keep-days': 'set it to 0 to 36500 days',
  'backup-path':
    'set it to a path of letters, digits and the signs . _ - = @, no part of it . or .., or to nothing',
  'backup-schedule': scheduleRemedy,
  'backup-verify': 'set it to true or false',
}
