// What a controller of Juju 4.0.14 did, to hold the emulator against (recordings/README.md).

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod/mini'
import type { Model } from './index.ts'

const text = z.string()
const orderRow = z.tuple([text, text, text, text, text, text, text, text, z.boolean()])
const call = z.tuple([text, z.number(), text, text])
const callsRow = z.tuple([text, text, text, text, text, z.array(call)])
const resultRow = z.tuple([text, text, text, z.number(), text, text, z.record(text, z.unknown())])

export interface RecordedCall {
  readonly line: string
  readonly code: number
  readonly out: string
  readonly err: string
}

function read<Row extends z.ZodMiniType>(file: string, row: Row): readonly z.infer<Row>[] {
  const lines = readFileSync(join(import.meta.dirname, 'recordings', file), 'utf8')
    .trim()
    .split('\n')
  return lines.map((line) => row.parse(JSON.parse(line)))
}

/** A unit's hooks in a situation, like `in-relation-departed far/1`; actions are left out. */
export function recordedHooks(situation: string, unit: string): readonly string[] {
  return read('order.jsonl', orderRow)
    .filter(([where, , of, hook]) => where === situation && of === unit && !asked.has(hook))
    .map(([, , , hook, , , remote]) => `${hook} ${remote}`.trim())
}

const asked = new Set(['lines', 'teach', 'battery'])

/** What that line answered in that situation, wherever it was called there first. */
export function recordedCall(situation: string, unit: string, line: string, hook?: string): RecordedCall {
  for (const [where, , of, ran, , calls] of read('calls.jsonl', callsRow)) {
    if (where !== situation || of !== unit || (hook !== undefined && hook !== ran)) continue
    const found = calls.find(([asked]) => asked === line)
    if (found) return { line, code: found[1], out: found[2], err: found[3] }
  }
  throw new Error(`in ${situation} ${unit} was not recorded to call ${line}`)
}

/** The hooks that a unit of the emulator has run since the journal had that length, in the same words. */
export function hooksSince(model: Model, unit: string, from: number): readonly string[] {
  return model.tables.journal
    .slice(from)
    .filter((run) => run.unit === unit && run.hook !== 'act')
    .map(({ hook, env }) => `${hook} ${env.JUJU_REMOTE_UNIT ?? ''}`.trim())
}

export interface RecordedResult {
  readonly situation: string
  /** Of `juju exec`. */
  readonly line: string
  /** Juju's own. */
  readonly exit: number
  readonly status: string
  readonly message: string
  readonly results: Readonly<Record<string, unknown>>
}

/** What juju printed of tasks in that situation, one after the other. */
export function recordedResults(situation: string, unit: string): readonly RecordedResult[] {
  return read('results.jsonl', resultRow).flatMap(([where, of, line, exit, status, message, results]) =>
    where === situation && of === unit ? [{ situation, line, exit, status, message, results }] : [],
  )
}

export interface RecordedAction {
  readonly situation: string
  readonly unit: string
  readonly action: string
  readonly calls: readonly RecordedCall[]
}

export interface RecordedRun extends RecordedAction {
  readonly model: string
}

/** Hooks and actions of a situation, in the order in which they ran. */
export function recordedRuns(situation: string): readonly RecordedRun[] {
  return read('calls.jsonl', callsRow)
    .filter(([where]) => where === situation)
    .map(([, model, unit, action, , calls]) => ({
      situation,
      model,
      unit,
      action,
      calls: calls.map(([line, code, out, err]) => ({ line, code, out, err })),
    }))
}

export const isRecordedAction = ({ action }: RecordedAction): boolean => asked.has(action)

/** In the order in which they ran. */
export function recordedActions(model: string): readonly RecordedAction[] {
  return read('calls.jsonl', callsRow)
    .filter(([, of, , hook]) => of === model && asked.has(hook))
    .map(([situation, , unit, action, , calls]) => ({
      situation,
      unit,
      action,
      calls: calls.map(([line, code, out, err]) => ({ line, code, out, err })),
    }))
}
