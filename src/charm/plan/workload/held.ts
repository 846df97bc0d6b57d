// What this member, or another one, could not run with is held back: etcd goes on with what it had, and all else follows as it comes.

import type { FileName, Loaded, Observed } from '../../observed.ts'
import { partsOf, whoRefused } from './next-start.ts'

export interface Reading {
  readonly files: Readonly<Partial<Record<FileName, string>>>
  readonly loading: Loaded
}

export function holdBack(observed: Observed, reading: Reading): Reading {
  return holdTrust(observed, holdSettings(observed, reading), partsOf(reading.loading).trust)
}

function holdSettings(observed: Observed, { files, loading }: Reading): Reading {
  const { loaded, files: before } = observed.machine
  const { settings } = loading
  const [text, wanted] = [before.configuration, files.configuration]
  if (!loaded || settings === undefined || text === undefined || wanted === undefined)
    return { files, loading }
  // At another address the old ones are of no use.
  if (!whoRefused(observed, 'settings', settings) || reach(text) !== reach(wanted)) return { files, loading }
  const { configuration, settings: kept, quota } = loaded
  return {
    files: { ...files, configuration: text },
    loading: { ...loading, configuration, settings: kept, quota },
  }
}

function holdTrust(observed: Observed, { files, loading }: Reading, asked: string): Reading {
  const { loaded, files: before } = observed.machine
  if (!loaded || !whoRefused(observed, 'trust', asked)) return { files, loading }
  const { truststore, 'peer-authority': peerAuthority } = before
  const { authorities, leaves, roots } = loaded
  const { roots: _asked, ...rest } = loading
  return {
    files: {
      ...files,
      ...(truststore !== undefined && { truststore }),
      ...(peerAuthority !== undefined && { 'peer-authority': peerAuthority }),
    },
    loading: { ...rest, authorities, leaves, ...(roots && { roots }) },
  }
}

const reaching =
  /^(listen-peer-urls|listen-client-urls|initial-advertise-peer-urls|heartbeat-interval|election-timeout): .*$/gm

/** Of a configuration, what decides whether members find each other. */
export function reach(configuration: string | undefined): string {
  return configuration?.match(reaching)?.join('\n') ?? ''
}
