// As a Kubernetes API server would: the calls that its storage makes, one by one, with the certificate of a client that asked for
// `/registry/`. What works and what is denied is in docs/how-to/serve-a-kubernetes-apiserver.md.

import { askAsApiserver } from './apiserver.ts'
import { withClient } from './driver/client.ts'
import { assertNoFailedHooks, deployPair, relatePair } from './driver/deployments.ts'
import { story } from './driver/story.ts'

const title = 'an API server finds in etcd what its storage needs, and may not do what concerns everybody'

story(title, {}, async ({ model, step }) => {
  await deployPair(model, { prefix: '/registry/' })
  const relation = await relatePair(model)
  const { version = '' } = await model.databag(relation, 'etcd')
  await withClient(model, relation, 'web', ({ etcd }) => askAsApiserver(etcd, version, step))
  await assertNoFailedHooks(model)
})
