/** Runs single nodes against a real platform on a store of its own. */
import { onTestFinished } from 'vitest'
import { flowActor } from '../../platform/auth/actor.ts'
import { callAction } from '../../platform/resources/call-action.ts'
import { describeActions } from '../../platform/resources/catalogue.ts'
import { createStorage } from '../../platform/storage/storage.ts'
import { openTemporaryStore } from '../../platform/store/open-store.ts'
import { openPlatform, type TestPlatform } from '../platform/test-platform.ts'
import { type NodeRun, runNode } from './run-node.ts'

export interface NodesOnPlatform extends TestPlatform {
  /** Runs the node as a flow would, with `data` on the payload. */
  run(yaml: string, data?: object, experience?: object): Promise<NodeRun>
  /** Runs a node that writes to `data.result`, and returns what stands there. Throws what the run throws. */
  result(yaml: string, data?: object, experience?: object): Promise<unknown>
}

/** Closed when the test ends. */
export async function nodesOnPlatform(): Promise<NodesOnPlatform> {
  const store = await openTemporaryStore()
  onTestFinished(() => store.close())
  const opened = await openPlatform(store)
  const { platform, clock } = opened
  const storage = createStorage(platform)
  const run: NodesOnPlatform['run'] = (yaml, data = {}, experience = {}) =>
    runNode({
      yaml,
      payload: { data, experience },
      actions: describeActions(),
      services: { clock, storage, api: (call, params) => callAction(platform, flowActor, call, params) },
    })
  return {
    ...opened,
    run,
    async result(yaml, data, experience) {
      const { error, payload } = await run(`${yaml}\nresult: data.result`, data, experience)
      if (error !== undefined) throw error
      return (payload.data as { result?: unknown }).result
    },
  }
}
