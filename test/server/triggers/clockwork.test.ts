import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Platform } from '../../../platform/platform.ts'
import { openTemporaryStore } from '../../../platform/store/open-store.ts'
import type { Store } from '../../../platform/store/store.ts'
import { loadSources } from '../../../server/compose/load-folder.ts'
import { createClockwork } from '../../../server/triggers/clockwork.ts'
import { openPlatform, type TestPlatform } from '../../platform/test-platform.ts'

let store: Store
let platform: Platform
let ok: TestPlatform['ok']

beforeEach(async () => {
  store = await openTemporaryStore()
  const test = await openPlatform(store)
  Object.assign(test.clock, { now: () => Date.now() })
  ;({ platform, ok } = test)
  // The store's turns of the event loop stay real.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: Date.UTC(2026, 0, 2, 3, 4, 5) })
})
afterEach(async () => {
  vi.useRealTimers()
  await store.close()
})

function load(trigger: string) {
  const text = `name: Tick\non: ${trigger}\nnodes: [ { type: debug, message: tick } ]\n`
  const { application, problems, watches } = loadSources([{ file: 'tick.yaml', text }])
  if (!application) throw new Error(JSON.stringify(problems))
  platform.watches.replace(watches)
  return application
}

/** When runs were started, in seconds from now on. */
async function fired(trigger: string, seconds: number): Promise<number[]> {
  const began = Date.now()
  const times: number[] = []
  const end = platform.events.on('runsQueued', (runs) => {
    for (const run of runs) times.push((run.begin.time - began) / 1000)
  })
  const clockwork = createClockwork(platform)
  await clockwork.follow(load(trigger))
  for (let second = 0; second < seconds; second++) {
    await vi.advanceTimersByTimeAsync(1000)
    // What a timer has asked of the store is answered before the next one.
    await store.write(async () => undefined)
    await new Promise(setImmediate)
  }
  clockwork.stop()
  end()
  return times
}

describe('a timer', () => {
  it('of seconds fires every so many seconds', async () => {
    expect(await fired('{ timer: { seconds: 2 } }', 7)).toEqual([2, 4, 6])
  })

  it('of cron fires when it is due, in its time zone', async () => {
    vi.setSystemTime('2026-03-29T00:59:58Z')
    expect(await fired("{ timer: { cron: '0 3 * * *', timeZone: Europe/Berlin } }", 4)).toEqual([2])
  })

  it('that was due while nothing ran fires once and late if its flow says so, and else not', async () => {
    const late = '{ timer: { cron: "*/10 * * * * *" }, late: true }'
    const punctual = '{ timer: { cron: "*/10 * * * * *" } }'
    await fired(late, 1)
    vi.setSystemTime(Date.now() + 3_600_000)
    expect(await fired(late, 5)).toEqual([0, 4])
    await fired(punctual, 1)
    vi.setSystemTime(Date.now() + 3_600_000)
    expect(await fired(punctual, 9)).toEqual([8])
  })

  it('of seconds keeps its step over a restart', async () => {
    expect(await fired('{ timer: { seconds: 10 } }', 7)).toEqual([])
    expect(await fired('{ timer: { seconds: 10 } }', 7)).toEqual([3])
  })

  it('of a year waits, and one that has been taken away does not fire', async () => {
    expect(await fired('{ timer: { seconds: 31622400 } }', 120)).toEqual([])
    expect(await fired('{ button: By hand }', 3)).toEqual([])
    expect(await store.read.selectFrom('timers').selectAll().execute()).toEqual([])
  })
})

describe('a device that goes silent', () => {
  it('starts its run when the time is over', async () => {
    const device = { name: 'pot', attributes: [{ name: 'moisture', dataType: 'number' }] }
    const trigger = '{ device-inactivity: all, seconds: 5 }'
    load(trigger)
    const { id: deviceId } = await ok<{ id: string }>('devices.post', { device })
    await ok('device.sendState', { deviceId, deviceState: { data: { moisture: 1 } } })
    expect(await fired(trigger, 12)).toEqual([5])
  })
})
