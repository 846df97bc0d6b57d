// A model behind the driver for controllers, that waits for nothing long.

import assert from 'node:assert/strict'
import type { StoryModel } from '../../stories/driver/driver.ts'
import { openJujuCli } from '../../stories/driver/juju-cli.ts'
import { jujuModel } from '../../stories/driver/juju-model.ts'
import { type JujuOptions, modelName, readJujuOptions } from '../../stories/driver/juju-options.ts'

Object.assign(process.env, {
  ETCD_CHARM: '/c/etcd.charm',
  CLIENT_CHARM: '/c/web.charm',
  PYTHON_CHARM: '/c/py.charm',
})

function optionsWith(env: Record<string, string> = {}): JujuOptions {
  const options = readJujuOptions({ STORY_MODELS: 'etcd-stories-x', JUJU_PROFILE: '3.6', ...env })
  return { ...options, deadlineMs: 50, quietMs: 0, everyMs: 1 }
}

/** @param machine that clients share */
export function openModelWith(env: Record<string, string> = {}, machine?: string): StoryModel {
  const options = optionsWith(env)
  const never = async (): Promise<never> => assert.fail('no other model is asked for')
  return jujuModel(openJujuCli(modelName(options, 'etcd-stories-x')), options, {
    machineForClients: async () => machine,
    another: never,
    close: never,
  })
}
