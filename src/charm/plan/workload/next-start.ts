// The next start of etcd: of which release, whether one that was begun goes on, and what of it was found not to run. What a start reads
// changes in this member's turn, or while etcd does not run; so a member that restarts by itself comes back as it was (docs/adr/0013).

import { digest } from '../../../interfaces/digest.ts'
import type {
  Begun,
  FileName,
  Loaded,
  Observed,
  Refused,
  StartFile,
  StartPart,
  WorkloadSeen,
} from '../../observed.ts'
import type { Condition, Step } from '../../step.ts'
import { isRecent } from '../is-recent.ts'
import { isReady } from '../refresh/hold.ts'
import { describeRelease, isSnap, releaseOf, wantedRelease } from '../refresh/release.ts'
import { lineOf } from '../refresh/versions.ts'

export function isStartFile(file: FileName): file is StartFile {
  return file === 'configuration' || file === 'truststore' || file === 'peer-authority'
}

/** How this unit's etcd stands. `ended`: the start that was begun came to nothing. `served`: it came off, and that is not on record yet. */
export type Phase = 'down' | 'ended' | 'runs' | 'starts' | 'served'

export function phaseOf({ machine }: Observed): Phase {
  const { begun, invocation, mute } = machine.run
  const made = begun !== undefined && begun.before !== invocation
  // One that was stopped did not fail, unless its hook died while it went back.
  const failed = machine.service === 'failed' || begun?.lockedOut !== undefined || goesBack(begun)
  if (machine.service !== 'active') return made && failed ? 'ended' : 'down'
  if (mute) return 'starts'
  return made ? 'served' : 'runs'
}

/** What is to blame is on the record of the start first, then all is put back, and then another start is begun, with what was there before. */
export function goesBack(begun: Begun | undefined): boolean {
  const { refuses } = begun ?? {}
  if (!begun || !refuses) return false
  const tried = partsOf(begun.loading)
  return startParts.some((part) => refuses[part] === tried[part])
}

/** Since when, in milliseconds since 1970, or as systemd prints it. */
export function describeStart(since: number | string): string {
  const when =
    typeof since === 'string' ? since : `${new Date(since).toISOString().slice(0, 19).replace('T', ' ')} UTC`
  return `waiting for etcd to start: it reads its data${when && ` since ${when}`}`
}

/** Which tarball, options and certificates a start is with: the same values for all members. */
export function partsOf(loading: Loaded): Readonly<Record<StartPart, string>> {
  const { settings, authorities, leaves } = loading
  const fingerprints = leaves.map(({ fingerprint }) => fingerprint).toSorted()
  return {
    release: releaseOf(loading),
    settings: settings ?? '',
    trust: digest([authorities, ...fingerprints].join('\n')),
  }
}

/** What a start has other than the last that served. */
export function newParts(
  tried: Loaded,
  loaded: Loaded | undefined,
): readonly (readonly [StartPart, string])[] {
  if (!loaded) return []
  const [now, before] = [partsOf(tried), partsOf(loaded)]
  return startParts.flatMap((part) => (now[part] === before[part] ? [] : [[part, now[part]] as const]))
}

/** What is likeliest to be why a start came to nothing: what it had other than the last that served. */
export function blameFor(tried: Loaded, loaded: Loaded | undefined): StartPart | undefined {
  if (!loaded) return undefined
  // Their digest is not on a record of an older version of the charm.
  const configured = tried.configuration !== loaded.configuration
  return newParts(tried, loaded).find(([part]) => part !== 'settings' || configured)?.[0]
}

const startParts: readonly StartPart[] = ['release', 'settings', 'trust']

/** As units tell each other. What one machine lacks is no news for the others. */
export function printRefusals(refused: Refused | undefined): readonly string[] {
  if (refused?.ofMachine) return []
  return startParts.flatMap((part) => (refused?.[part] === undefined ? [] : [refusal(part, refused[part])]))
}

export function refusal(part: StartPart, value: string): string {
  return `${part}:${value.slice(0, 16)}`
}

/** A start costs its clients a moment, so what the machine failed is not tried again in each hook. */
const machinePauseMs = 5 * 60_000

function isInForce({ at, ofMachine }: Refused, now: number): boolean {
  return ofMachine !== true || isRecent(at, machinePauseMs, now)
}

/** The unit that could not run with it, this one first, also while it is on its way back. */
export function whoRefused(
  { machine, now, peers, unit }: Observed,
  part: StartPart,
  value: string,
): string | undefined {
  const { begun, refused } = machine.run
  if ([refused, begun?.refuses].some((one) => one?.[part] === value && isInForce(one, now))) return unit
  const others = [...(peers?.units ?? [])].filter(([name]) => name !== unit)
  return others.find(([, { databag }]) => databag.refuses?.includes(refusal(part, value)))?.[0]
}

/** The release that the next start is of; etcd's configuration is written for it, since releases name some settings differently. */
export function releaseToRun(observed: Observed): WorkloadSeen | undefined {
  const { prepared, workload, data, loaded, run } = observed.machine
  if (!prepared || !workload || whoRefused(observed, 'release', releaseOf(prepared))) return workload
  const phase = phaseOf(observed)
  // It has served with nothing yet.
  if (loaded === undefined && !data) return prepared
  if (phase === 'runs' || phase === 'served') return isReady(observed, prepared) ? prepared : workload
  // One that is down comes back as it was; if it can't, what lies ready of the same line may be the cure.
  const inForce = run.begun && releaseOf(run.begun.loading) === releaseOf(workload)
  const cannot = phase === 'ended' && !isWayBack(observed) && inForce
  return cannot && lineOf(prepared.version) === lineOf(workload.version) ? prepared : workload
}

/** To what etcd last served with, from a start that came to nothing. */
function isWayBack({ machine }: Observed): boolean {
  const { begun, proven } = machine.run
  return proven && begun !== undefined && blameFor(begun.loading, machine.loaded) !== undefined
}

export function planWayBack(observed: Observed): readonly Step[] {
  const { damage, loaded, run } = observed.machine
  const part = run.begun && (run.begun.lockedOut ? 'trust' : blameFor(run.begun.loading, loaded))
  if (phaseOf(observed) !== 'ended' || damage !== undefined || !isWayBack(observed)) return []
  if (!run.begun || !loaded || !part) return []
  const value = partsOf(run.begun.loading)[part]
  return [{ kind: 'service/go-back', to: loaded, part, value, why: 'etcd does not run with what is new' }]
}

/** What is wanted no more may be wanted again later; and a tarball that is attached again is tried again. */
export function planForgetting(observed: Observed, asked: Loaded | undefined): readonly Step[] {
  const { prepared, run, source } = observed.machine
  const { refused } = run
  if (!refused || !asked || phaseOf(observed) !== 'runs') return []
  // Not what this very hook has found.
  const earlier = refused.at !== observed.now
  const release = wantedRelease(observed) ?? (prepared && releaseOf(prepared))
  const again = earlier && source.kind !== 'unread' && source.anew === true && release === refused.release
  const wanted = { ...partsOf(asked), release }
  const stale = startParts.filter((part) => refused[part] !== undefined && refused[part] !== wanted[part])
  const forgotten = new Set<StartPart>([...stale, ...(again ? (['release'] as const) : [])])
  return [...forgotten].map((part) => ({
    kind: 'refusal/forget',
    part,
    why: 'it is asked for anew, or no more',
  }))
}

const names: Readonly<Record<Exclude<StartPart, 'release'>, readonly [what: string, remedy: string]>> = {
  settings: ['the options', 'set them to others'],
  trust: ['the certificates to be trusted', 'report it as a bug, with what the action list-clients prints'],
}

/** With both ways out: forward, and back. */
function describeRefused(release = ''): readonly [what: string, remedy: string] {
  return isSnap(release)
    ? [
        describeRelease(release),
        'refresh the charm to a revision that pins another, or back to the one before',
      ]
    : ['the tarball', 'attach another, or the same again to try once more']
}

function refusedHere(part: StartPart, refused: Refused): Condition {
  if (refused.ofMachine)
    return {
      status: 'waiting',
      message: `etcd went back to what it had, as its machine kept it from starting (${refused.words}); it is tried again within ten minutes`,
      scope: 'unit',
    }
  const [what, remedy] = part === 'release' ? describeRefused(refused.release) : names[part]
  const words = refused.words && ` (${refused.words})`
  return {
    status: 'blocked',
    message: `etcd does not run with ${what}${words} and went back; ${remedy}`,
    scope: 'unit',
  }
}

/** Why no unit begins with a release: one has tried it. In the words of the status; `undefined` where nobody has. */
export function whyReleaseIsNotTaken(observed: Observed, release: string): string | undefined {
  const who = whoRefused(observed, 'release', release)
  const { refused } = observed.machine.run
  if (who === undefined) return undefined
  if (who === observed.unit && refused) return refusedHere('release', refused).message
  const [what, remedy] = describeRefused(release)
  return `${what} is not taken: it did not run on ${who}; ${remedy}`
}

/** What this member, or another one, could not run with. */
export function refusalConditions(observed: Observed): readonly Condition[] {
  const { machine, now } = observed
  const { prepared, run } = machine
  const { refused } = run
  const own = startParts.flatMap((part) =>
    refused?.[part] === undefined || !isInForce(refused, now) ? [] : [refusedHere(part, refused)],
  )
  const wanted = prepared && releaseOf(prepared) === (wantedRelease(observed) ?? releaseOf(prepared))
  const who = wanted ? whoRefused(observed, 'release', releaseOf(prepared)) : undefined
  if (own.length > 0 || who === undefined) return own
  const message = `etcd ${prepared?.version} is not taken: it did not run on ${who}`
  return [{ status: 'active', message, scope: 'unit' }]
}
