// What makes the writes to collectors.

import { configKey } from '../../interfaces/cos-agent.ts'
import type { ByKind } from '../by-kind.ts'
import type { ObservabilityWrite } from '../step.ts'

export const onObservability: ByKind<ObservabilityWrite['kind']> = {
  'collector/tell': async ({ juju, context }, _observed, { relation, content }) => {
    const id = juju.relationId(relation)
    const current = await juju.readUnitBag(id, context.unit)
    await juju.writeUnitBag(id, current, { [configKey]: content })
  },
}
