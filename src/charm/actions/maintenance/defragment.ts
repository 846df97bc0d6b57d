// `juju run etcd/leader defragment`: one member after the other gives its free pages back to the disk, in the turn that restarts take, the raft
// leader last. What was done stays done: run again, it goes on with those that are left.

import * as z from 'zod/mini'
import { memberStatus } from '../../../etcd/cluster.ts'
import { EtcdFailure } from '../../../etcd/errors.ts'
import { printJsonText } from '../../../interfaces/json-text.ts'
import type { Charm } from '../../charm.ts'
import type { MemberSeen, Observed } from '../../observed.ts'
import { openAdmin } from '../../open-admin.ts'
import { memberName, membersOf } from '../../plan/cluster/members.ts'
import { defragmentStep, inOrderOfTurns, whyNotDefragment } from '../../plan/maintenance/defragment.ts'
import { bytesNeeded, bytesToWin, lacksRoom } from '../../plan/maintenance/room.ts'
import { printBytes } from '../../plan/print-bytes.ts'
import { carryOutAlone, observe } from '../../reconcile.ts'
import { dryRun, readParameters, untouched } from '../parameters.ts'
import { printColumns } from '../status/screen.ts'

const parameters = z.object({ unit: z._default(z.string(), ''), ...dryRun })

export async function defragment(charm: Charm): Promise<void> {
  const { juju } = charm
  const asked = await readParameters(charm, parameters)
  if (!asked) return
  const observed = await observe(charm)
  const members = membersOf(observed) ?? []
  const chosen = asked.unit === '' ? members : members.filter(({ name }) => name === memberName(asked.unit))
  const due = inOrderOfTurns(chosen)
  const refusal = whyNot(observed, asked.unit, chosen, due)
  if (refusal !== undefined) return juju.actionFail(`refused: ${refusal}`)
  const rest = chosen.filter((member) => !due.includes(member))
  if (asked['dry-run'] || due.length === 0) {
    await juju.actionSet({
      ...tellPlan(due, rest),
      ...(due.length > 0 ? untouched : { done: 'nothing to win' }),
    })
    return
  }
  const { rows, left } = await defragmentEach(charm, observed, due)
  await juju.actionSet(tellDone(rows, left))
  if (left !== undefined) await juju.actionFail(`not all was done: ${left}; run it again`)
}

function whyNot(
  observed: Observed,
  unit: string,
  chosen: readonly MemberSeen[],
  due: readonly MemberSeen[],
): string | undefined {
  const why = whyNotDefragment(observed)
  if (why !== undefined) return why
  if (chosen.length === 0) return `there is no member of ${unit}; status names those that there are`
  const tight = due.filter((member) => lacksRoom(member, observed))
  if (tight.length === 0) return undefined
  const told = tight.map(
    ({ name, status }) => `${name} (needs ${printBytes(status ? bytesNeeded(status) : 0)})`,
  )
  return `no room on the disk of ${told.join(', ')}; make room or enlarge the storage, or name another unit`
}

interface Row {
  readonly name: string
  readonly before: number
  readonly after: number
}

async function defragmentEach(
  charm: Charm,
  observed: Observed,
  due: readonly MemberSeen[],
): Promise<{ readonly rows: readonly Row[]; readonly left: string | undefined }> {
  const rows: Row[] = []
  for (const member of due) {
    const step = defragmentStep(member, `it has ${printBytes(bytesToWin(member))} of free pages`)
    const condition = await carryOutAlone(charm, observed, [step])
    if (condition) return { rows, left: condition.message }
    const before = Number(member.status?.dbSize ?? 0n)
    const after = (await sizeNow(member)) ?? before
    rows.push({ name: member.name, before, after })
    await charm.juju.actionLog(`${member.name}: ${printBytes(before)} before, ${printBytes(after)} now`)
  }
  return { rows, left: undefined }
}

async function sizeNow({ clientUrls }: MemberSeen): Promise<number | undefined> {
  const [endpoint] = clientUrls
  const client = endpoint === undefined ? undefined : await openAdmin({ endpoints: [endpoint] })
  if (!client || endpoint === undefined) return undefined
  await using _closed = client
  try {
    return Number((await memberStatus(client, endpoint)).dbSize)
  } catch (error) {
    if (error instanceof EtcdFailure) return undefined
    throw error
  }
}

function tellPlan(due: readonly MemberSeen[], rest: readonly MemberSeen[]) {
  const rows = [...due, ...rest].map((member) => ({
    name: member.name,
    database: Number(member.status?.dbSize ?? 0n),
    free: Number(bytesToWin(member)),
    turn: due.indexOf(member) + 1,
  }))
  const cells = rows.map(({ name, database, free, turn }) => [
    name,
    printBytes(database),
    printBytes(free),
    turn === 0 ? 'nothing to win' : `turn ${turn}`,
  ])
  const columns = [
    { header: 'NAME' },
    { header: 'DATABASE', right: true },
    { header: 'FREE', right: true },
    { header: 'PLAN' },
  ]
  return { members: printColumns(columns, cells).join('\n'), json: printJsonText(rows) }
}

function tellDone(rows: readonly Row[], left: string | undefined) {
  const won = rows.reduce((sum, { before, after }) => sum + before - after, 0)
  const columns = [
    { header: 'NAME' },
    { header: 'BEFORE', right: true },
    { header: 'NOW', right: true },
    { header: 'WON', right: true },
  ]
  const cells = rows.map(({ name, before, after }) => [
    name,
    printBytes(before),
    printBytes(after),
    printBytes(before - after),
  ])
  return {
    members: rows.length > 0 ? printColumns(columns, cells).join('\n') : 'none',
    json: printJsonText(rows.map((row) => ({ ...row, won: row.before - row.after }))),
    'won-bytes': String(won),
    done: `${rows.length} defragmented, ${printBytes(won)} won`,
    ...(left !== undefined && { left }),
  }
}
