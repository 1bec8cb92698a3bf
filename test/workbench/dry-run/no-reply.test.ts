/** A run that nobody gets a reply from has failed, wherever it is shown. */
import { describe, expect, onTestFinished, test } from 'vitest'
import type { WrapVisit } from '../../../engine/run/linked-flow.ts'
import { loadSources } from '../../../server/compose/load-folder.ts'
import { openTemporaryPlatform } from '../../../server/compose/open-platform.ts'
import { createRecorder } from '../../../server/recorder/recorder.ts'
import { readSettings } from '../../../server/settings.ts'
import { dryEffects } from '../../../workbench/dry-run/dry-effects.ts'
import { dryRun } from '../../../workbench/dry-run/dry-run.ts'

const flow = 'name: Lost\non: { endpoint: GET /lost }\nnodes: [ { type: debug }, { type: reply } ]\n'
const settings = readSettings({}, {})

/** The check refuses flows that may not reply, so the node is made to leave by an output that it does not have. */
function loadLost() {
  const lose: WrapVisit = ({ type }, visit) => (type === 'debug' ? () => 'nowhere' : visit)
  const { application } = loadSources([{ file: 'lost.yaml', text: flow }], settings, lose)
  if (!application) throw new Error('The flow does not load.')
  return application
}

describe('A run that ended without a reply', () => {
  const sample = { user: undefined, request: undefined, trigger: undefined, payload: {} }

  test('has failed in a dry run and in the records of a server, with the same words', async () => {
    const application = loadLost()
    const opened = await openTemporaryPlatform(application, settings)
    onTestFinished(() => opened.close())
    const bounds = { runsOfFlow: 5, bytes: 1e6, ms: 3_600_000 }
    const recorder = createRecorder({ platform: opened.platform, mode: 'all', bounds, settings })
    const result = await dryRun(
      {
        application: recorder.record(application),
        flowId: 'lost',
        opened,
        effects: dryEffects(application).effects,
        isLive: false,
        limits: settings,
      },
      sample,
    )
    const failure = { code: 'RUN_NO_REPLY', message: 'Lost ended without a reply.' }
    expect(result).toMatchObject({ ok: false, error: failure, reply: { status: 500 } })
    expect(await recorder.list({ limit: 1 })).toMatchObject([{ outcome: 'failed', error: failure }])
  })
})
