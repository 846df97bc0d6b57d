// Whether this hook has defragmented a member already: its process runs no other hook.

let done = false

export function noteDefragmented(): void {
  done = true
}

export function wasDefragmented(): boolean {
  return done
}
