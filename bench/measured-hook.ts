// One hook among those that run, measured: its calls by the model's journal, its time and memory by the kernel, its requests to etcd
// by etcd's own count.

import type { Host } from '../tests/emulator/host/host.ts'
import type { HookRun, Model } from '../tests/emulator/index.ts'

export interface Measured {
  readonly calls: number
  readonly etcdRequests: number
  /** Dispatch to exit. */
  readonly ms: number
  /** Of this, while at least one hook tool was with the agent. */
  readonly toolMs: number
  /** User and system time of the process and of all that it ran, hook tools among them. */
  readonly cpuMs: number
  /** Of the largest process. */
  readonly peakMb: number
}

/** Runs hooks until nobody has anything to do. @returns the first run of that hook, and all runs */
export async function measureHook(
  model: Model,
  unit: string,
  hook: string,
): Promise<{ readonly measured: Measured; readonly runs: readonly HookRun[] }> {
  const { host } = model.unit(unit)
  const runs: HookRun[] = []
  let measured: Measured | undefined
  for (;;) {
    const before = measured ? 0 : await countRequests(host)
    const run = await model.runOne()
    if (!run) break
    runs.push(run)
    if (run.exit !== 0) throw new Error(`${run.hook} of ${run.unit}: ${run.exit} ${run.stderr}`)
    if (measured || run.unit !== unit || run.hook !== hook) continue
    measured = {
      calls: run.calls.length,
      etcdRequests: (await countRequests(host)) - before,
      ms: run.ms,
      toolMs: unionOf(run.calls),
      cpuMs: run.usage?.cpuMs ?? 0,
      peakMb: (run.usage?.peakKb ?? 0) / 1024,
    }
  }
  if (!measured) throw new Error(`${hook} of ${unit} has not run`)
  return { measured, runs }
}

/** Tools run side by side: a moment in which several do counts once. */
function unionOf(calls: HookRun['calls']): number {
  let [sum, until] = [0, 0]
  for (const { at, ms } of [...calls].sort((a, b) => a.at - b.at)) {
    sum += Math.max(0, at + ms - Math.max(at, until))
    until = Math.max(until, at + ms)
  }
  return sum
}

/** Of clients, gRPC's: what etcd's members say to each other and its health are none. 0 where no etcd is. */
async function countRequests(host: Host): Promise<number> {
  const ask = 'exec 3<>/dev/tcp/127.0.0.1/2381 && printf "GET /metrics HTTP/1.0\\r\\n\\r\\n" >&3 && cat <&3'
  const { stdout } = await host.run(['bash', '-c', ask])
  const counts = stdout.matchAll(/^grpc_server_started_total\{[^}]*\} (\S+)$/gm)
  return [...counts].reduce((sum, [, count]) => sum + Number(count), 0)
}
