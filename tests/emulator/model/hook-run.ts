// What is kept of each hook that ran.

export interface HookRun {
  readonly unit: string
  readonly hook: string
  /** What Juju set beside what every hook gets. */
  readonly env: Readonly<Record<string, string>>
  /** By an operator: it is an action, or a command of `juju exec`, and puts no unit in error. */
  readonly asked: boolean
  readonly exit: number | string
  readonly calls: readonly {
    readonly tool: string
    readonly args: readonly string[]
    /** Milliseconds since 1970. */
    readonly at: number
    readonly ms: number
    readonly code: number
  }[]
  readonly log: readonly string[]
  readonly stderr: string
  readonly ms: number
  /** Where the model measures: of the hook's process and all that it ran and waited for; the memory is that of the largest. */
  readonly usage?: { readonly cpuMs: number; readonly peakKb: number }
}
