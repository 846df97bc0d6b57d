// `juju run etcd/leader status`: everything on one screen of 80 columns, and as JSON; what `juju status` can't hold.

import { printJsonText } from '../../../interfaces/json-text.ts'
import type { Charm } from '../../charm.ts'
import { type StatusShown, worstWord } from '../../last-told.ts'
import { decideWrites, observe } from '../../reconcile.ts'
import { statusOf } from '../../status.ts'
import { readLastTold } from '../read-last-told.ts'
import { printScreen, wrap } from './screen.ts'
import type { Asked, Section } from './section.ts'
import { sections } from './sections.ts'

export async function status(charm: Charm): Promise<void> {
  const observed = await observe(charm)
  const { plan } = await decideWrites(charm, observed)
  const { told, shown } = await readLastTold(charm, observed, plan.conditions)
  const asked: Asked = { charm, observed, conditions: plan.conditions, told }
  const screen: Section[] = [describeUnit(asked, shown)]
  for (const describe of sections) {
    const section = await describe(asked)
    if (section) screen.push(section)
  }
  await charm.juju.actionSet({
    status: printScreen(screen),
    json: printJsonText(
      Object.fromEntries(screen.map(({ name, json }) => [name.replaceAll(' ', '-'), json])),
    ),
  })
}

export function describeUnit(
  { conditions, told, observed }: Pick<Asked, 'conditions' | 'told' | 'observed'>,
  shown: readonly StatusShown[],
): Section {
  const { application, leader, machine, unit } = observed
  const word = worstWord(statusOf([...conditions, ...told]).status, shown)
  const { workload } = machine
  const installed = workload ? `etcd ${workload.version} (${workload.kind})` : 'etcd is not installed yet'
  const role = leader ? `leader of ${application}` : `follows the leader of ${application}`
  return {
    name: 'unit',
    lines: wrap(`${unit}, ${role}: ${word}; ${installed}`),
    json: { unit, leader, status: word, version: workload?.version, installed: workload?.kind },
  }
}
