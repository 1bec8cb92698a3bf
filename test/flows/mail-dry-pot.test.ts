/** The mail to the owner of a dry pot: the flow on a real platform, with the queue that runs it. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { MailMessage } from '../../engine/services.ts'
import { openTemporaryStore } from '../../platform/store/open-store.ts'
import type { Store } from '../../platform/store/store.ts'
import { loadFolder } from '../../server/compose/load-folder.ts'
import { createServices } from '../../server/compose/services.ts'
import { createTriggers, type Triggers } from '../../server/triggers/triggers.ts'
import { openPlatform, type TestPlatform } from '../platform/test-platform.ts'
import { noEffects } from '../services.ts'

let store: Store
let triggers: Triggers
let scene: TestPlatform
let fern: string
let mails: MailMessage[]
let serverFails: number

beforeEach(async () => {
  const { application, problems, watches } = await loadFolder('flows')
  if (!application) throw new Error(JSON.stringify(problems))
  store = await openTemporaryStore()
  scene = await openPlatform(store)
  // A run comes after the report that starts it.
  const { clock } = scene
  Object.assign(clock, { now: () => clock.ms++ })
  mails = []
  serverFails = 0
  const mail = async (message: MailMessage) => {
    if (serverFails-- > 0) throw new Error('The mail server is down.')
    mails.push(message)
  }
  const services = createServices(scene.platform, { ...noEffects, mail })()
  triggers = createTriggers({ platform: scene.platform, application: () => application, services, log: () => {} })
  triggers.watch(watches)
  await triggers.start(application)
  const { id: owner } = await scene.ok('experienceUsers.post', {
    experienceUser: { email: 'ada@lom.example', password: 'correct horse battery' },
  })
  const attributes = [{ name: 'moisture', dataType: 'number' }]
  const tags = [{ key: 'owner', value: String(owner) }]
  fern = String((await scene.ok('devices.post', { device: { name: 'Fern', attributes, tags } })).id)
})
afterEach(async () => {
  await triggers.stop()
  await store.close()
})

/** Reports one after another, a minute apart, and waits until the flow has dealt with all of it. */
async function report(...readings: number[]): Promise<void> {
  for (const moisture of readings) {
    scene.clock.ms += 60_000
    await scene.ok('device.sendState', { deviceId: fern, deviceState: { data: { moisture } } })
  }
  await expect.poll(waiting).toEqual([])
}

const waiting = () => store.read.selectFrom('triggered_runs').select('id').execute()

describe('a pot that stays dry', () => {
  test('gets its owner one mail, and another only after it was watered', async () => {
    await report(60, 19)
    expect(mails).toEqual([])
    await report(17, 16, 5, 0)
    expect(mails).toEqual([
      expect.objectContaining({
        to: ['ada@lom.example'],
        subject: 'Fern is thirsty',
        text: expect.stringContaining('moisture of 17'),
      }),
    ])
    await report(80)
    await report(12, 12, 12)
    expect(mails).toHaveLength(2)
  })

  test('gets its owner one mail, however many reports come at once', async () => {
    const at = (seconds: number) => new Date(scene.clock.ms - seconds * 1000).toISOString()
    const states = Array.from({ length: 50 }, (_, index) => ({ data: { moisture: 3 }, time: at(50 - index) }))
    await scene.ok('device.sendState', { deviceId: fern, deviceState: states })
    await expect.poll(waiting).toEqual([])
    expect(mails).toHaveLength(1)
  })

  test('gets its owner the mail later, where the mail server was down', async () => {
    serverFails = 1
    for (const moisture of [3, 3]) {
      scene.clock.ms += 60_000
      await scene.ok('device.sendState', { deviceId: fern, deviceState: { data: { moisture } } })
    }
    await expect.poll(() => serverFails).toBe(0)
    expect(mails).toEqual([])
    // The run that failed is due in half a minute; the next report comes first, and one mail is enough.
    await scene.ok('device.sendState', { deviceId: fern, deviceState: { data: { moisture: 2 } } })
    await expect.poll(() => mails).toHaveLength(1)
  })

  test('of nobody gets nobody a mail', async () => {
    await scene.ok('device.patch', { deviceId: fern, device: { tags: [] } })
    await report(3, 3, 3)
    expect(mails).toEqual([])
  })
})
