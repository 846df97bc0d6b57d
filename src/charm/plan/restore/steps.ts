// What may be done to put a snapshot's data in force, or to take that back.

export type RestoreStep =
  | { readonly kind: 'restore/put-in-force'; readonly snapshot: string }
  | { readonly kind: 'restore/take-back'; readonly folder: string }
  | { readonly kind: 'restore/discard'; readonly what: 'restored' | 'copies' }
  /** What these folders hold does not come back by itself any more. */
  | { readonly kind: 'restore/settle'; readonly folders: readonly string[] }
