/** The REST API as it is served, with everything behind it: a platform, flows, and a recorder that records every run. */
import { pino } from 'pino'
import type { Effects } from '../../../engine/services.ts'
import { createApiToken, insertApiToken } from '../../../platform/auth/api-tokens.ts'
import { openTemporaryStore } from '../../../platform/store/open-store.ts'
import { loadSources } from '../../../server/compose/load-folder.ts'
import { createOpenApi } from '../../../server/compose/openapi.ts'
import { createPlatformListener } from '../../../server/compose/platform-listener.ts'
import { recordingOf } from '../../../server/compose/recording-of.ts'
import { createServedApplication } from '../../../server/compose/served-application.ts'
import { createServices } from '../../../server/compose/services.ts'
import { createRecorder } from '../../../server/recorder/recorder.ts'
import { readSettings } from '../../../server/settings.ts'
import { openPlatform } from '../../platform/test-platform.ts'
import { noEffects } from '../../services.ts'

export const administrator = { email: 'root@lom.example', password: 'a long password' }

/** `flows` are texts by the name of the file, without `.yaml`. */
export async function openRest(flows: Readonly<Record<string, string>> = {}, effects: Partial<Effects> = {}) {
  const store = await openTemporaryStore()
  const opened = await openPlatform(store, { administrator })
  const { platform } = opened
  const sources = Object.entries(flows).map(([id, text]) => ({ file: `${id}.yaml`, text }))
  const { application, problems } = loadSources(sources)
  if (!application) throw new Error(JSON.stringify(problems, null, 2))
  const settings = readSettings({ record: 'all' }, {})
  const recorder = createRecorder({ platform, ...recordingOf(settings) })
  const served = createServedApplication(recorder.record(application), sources)
  const app = createPlatformListener({
    platform,
    settings,
    application: served.current,
    services: createServices(platform, { ...noEffects, ...effects }),
    log: pino({ level: 'silent' }),
    runs: recorder,
    describeEndpoints: createOpenApi(served, () => undefined),
    isServing: () => true,
  })

  /** The value of a token that may have any scope, one that the API would not give included. */
  async function addToken(scope: readonly string[], more: object = {}): Promise<{ apiTokenId: string; token: string }> {
    const creator = { creatorId: platform.applicationId, creatorType: 'user' as const }
    const { row, value } = createApiToken(platform, { name: 'a', scope, ...creator, ...more })
    await store.write((tx) => insertApiToken(tx, row))
    return { apiTokenId: row.id, token: value }
  }
  const close = async () => {
    await app.close()
    await served.whenIdle()
    await recorder.close()
    await store.close()
  }
  return { ...opened, app, addToken, close, base: `/applications/${platform.applicationId}` }
}
