// From one unit to three and five and back, while a client writes.

import { deployPair, relatePair } from './driver/deployments.ts'
import { story } from './driver/story.ts'
import { scale } from './scaling.ts'

story('one unit becomes three, five, three and one', { ownModel: true }, async (told) => {
  await deployPair(told.model)
  await scale(told, await relatePair(told.model), [3, 5, 3, 1])
})
