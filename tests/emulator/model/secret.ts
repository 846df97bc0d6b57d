// A secret, and what each unit that reads it tracks.

import type { Bag } from './state.ts'

export interface Secret {
  readonly id: string
  readonly owner: string
  label: string
  description: string
  readonly revisions: Map<number, Bag>
  latest: number
  /** How often its owner is asked for a new revision, and when next. */
  rotation: { readonly policy: string; next: number } | undefined
  /** When each revision expires, and when its owner is told (again). */
  readonly expiry: Map<number, number>
  /** `unit revision`: each unit that owned it was told once that nobody tracks that revision any more, a new leader again. */
  readonly obsolete: Set<string>
  /** Relation ids over which an application may read it. */
  readonly grants: Map<string, number>
  /** Revision that each unit tracks, the latest that it was told of, and its own label for the secret. */
  readonly consumers: Map<string, Consumer>
}

export interface Consumer {
  tracked: number
  told: number
  label?: string
}
