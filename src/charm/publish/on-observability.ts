// What makes the writes to collectors.

import { configKey } from '../../interfaces/cos-agent.ts'
import type { ByKind } from '../by-kind.ts'
import type { ObservabilityWrite } from '../step.ts'
import { beginWriting } from '../writes-to-relations.ts'

export const onObservability: ByKind<ObservabilityWrite['kind']> = {
  'collector/tell': async (charm, _observed, { relation, content }) => {
    const { juju, context } = charm
    const id = juju.relationId(relation)
    await beginWriting(charm, id)
    const current = await juju.readUnitBag(id, context.unit)
    await juju.writeUnitBag(id, current, { [configKey]: content })
  },
}
