// The files that etcd reads. Of what a start reads, only that is written while etcd runs which is no change to it.

import type { FileName, Observed } from '../../observed.ts'
import type { Start, Step } from '../../step.ts'
import { whyTrustMustGrow } from '../trust/trust.ts'
import { isStartFile, phaseOf } from './next-start.ts'
import type { Wanted } from './wanted.ts'

export function planFiles(observed: Observed, wanted: Wanted): readonly Step[] {
  return changedFiles(observed, wanted).flatMap(({ file, before, content }): readonly Step[] => {
    if (!mayChangeNow(observed, wanted, file)) return []
    const why = before === undefined ? 'it is not there' : 'it should say something else'
    return [{ kind: 'file/write', file, content, why }]
  })
}

function changedFiles({ machine }: Observed, { files }: Wanted) {
  const names = Object.keys(files).filter((name): name is FileName => name in files)
  return names.flatMap((file) => {
    const [before, content] = [machine.files[file], files[file]]
    return content === undefined || before === content ? [] : [{ file, before, content }]
  })
}

/**
 * etcd's next start must read what it runs with. So of what a start reads only that is written while etcd runs which is no change to
 * it: the order of authorities, a certificate less, what it passes over as it has data.
 */
function mayChangeNow(observed: Observed, { loading, leaves }: Wanted, file: FileName): boolean {
  const { loaded, service } = observed.machine
  if (!isStartFile(file) || service !== 'active') return true
  if (!loaded || !loading || phaseOf(observed) !== 'runs') return false
  if (file === 'configuration')
    return loaded.version === loading.version && loaded.configuration === loading.configuration
  return loaded.authorities === loading.authorities && !whyTrustMustGrow(observed.machine, leaves)
}

/** What a start puts in their place right before it. */
export function startFilesOf(observed: Observed, wanted: Wanted): Start['files'] {
  const changed = changedFiles(observed, wanted).filter(({ file }) => isStartFile(file))
  return Object.fromEntries(changed.map(({ file, content }) => [file, content]))
}
