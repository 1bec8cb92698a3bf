import { describe, expect, it } from 'vitest'
import type { DeviceSelection, StateWatch, Watch } from '../../../contracts/watches.ts'
import type { TriggeredRun } from '../../../platform/base/triggered-run.ts'
import { fireInactivityTimers } from '../../../platform/runs/inactivity.ts'
import { startRunsOfMessage } from '../../../platform/runs/runs-of-messages.ts'
import { removeOldTimers } from '../../../platform/runs/timers.ts'
import { readDueRuns } from '../../../platform/runs/triggered-runs.ts'
import { compileWatch } from '../../../platform/runs/watches.ts'
import { noteConnected, noteDisconnected } from '../../../platform/state/connections.ts'
import { reportState } from '../../../platform/state/report-state.ts'
import { stateWatch } from '../state-watch.ts'
import { eachStore } from '../store/databases.ts'
import { openPlatform } from '../test-platform.ts'

const attributes = [
  { name: 'moisture', dataType: 'number' },
  { name: 'lid', dataType: 'boolean' },
]
const relay = { type: 'device', id: 'a'.repeat(24) } as const
const ofTrigger = { trigger: 'water/0/all', flowId: 'water' }

eachStore((_name, open) => {
  async function setUp(...watches: Watch[]) {
    const test = await openPlatform(await open())
    const { platform, ok } = test
    platform.watches.replace(watches.map(compileWatch))
    const told: TriggeredRun[] = []
    platform.events.on('runsQueued', (runs) => told.push(...runs))
    const addDevice = async (more: object = {}) =>
      (await ok<{ id: string }>('devices.post', { device: { name: 'pot', attributes, ...more } })).id
    const begins = async () => (await readDueRuns(platform, 1000)).map(({ begin }) => begin)
    const report = (deviceId: string, body: unknown) => reportState(platform, deviceId, body, relay)
    return { ...test, told, addDevice, begins, report }
  }

  describe('a state', () => {
    it('starts a run for each of its triggers, which is written down with it and then told of', async () => {
      const { addDevice, report, begins, told, clock, platform } = await setUp(stateWatch())
      const deviceId = await addDevice()
      await report(deviceId, { data: { moisture: 3, wind: 1 }, meta: { by: 'hand' } })
      const begin = {
        data: { moisture: 3 },
        time: clock.ms,
        meta: { by: 'hand' },
        triggerId: deviceId,
        triggerType: 'deviceTag',
        relayId: relay.id,
        relayType: 'device',
      }
      expect(await begins()).toEqual([begin])
      expect(told).toEqual(await readDueRuns(platform, 10))
    })

    it('of which nothing is stored starts none', async () => {
      const { addDevice, report, begins } = await setUp(stateWatch())
      const deviceId = await addDevice()
      await report(deviceId, { data: { wind: 1 } })
      await report(deviceId, { data: { moisture: 1 }, time: Date.now() - 40 * 86_400_000 })
      expect(await begins()).toEqual([])
    })

    const single = { data: { moisture: 3 } }
    const list = [{ data: { moisture: 1 } }, { data: { lid: true } }]
    it.each<[string, Partial<StateWatch>, unknown, unknown[]]>([
      ['all', {}, list, [{ moisture: 1 }, { lid: true }]],
      ['those with one of these attributes', { attributes: ['lid', 'wind'] }, list, [{ lid: true }]],
      ['not those with none but these', { ignoredAttributes: ['lid'] }, list, [{ moisture: 1 }]],
      ['those of now', { maxAgeSeconds: 60 }, [{ ...single, time: -120_000 }, single], [{ moisture: 3 }]],
      ['single ones, of a list', { reports: 'single' }, list, []],
      ['single ones', { reports: 'single' }, single, [{ moisture: 3 }]],
      ['lists, of a single one', { reports: 'batch' }, single, []],
      ['lists of one', { reports: 'batch' }, [single], [{ moisture: 3 }]],
    ])('starts the runs that are asked for: %s', async (_title, asked, body, expected) => {
      const { addDevice, report, begins } = await setUp(stateWatch(asked))
      await report(await addDevice(), body)
      expect((await begins()).map(({ data }) => data)).toEqual(expected)
    })

    it('in a list starts one run with all of them, if that is asked for', async () => {
      const { addDevice, report, begins, clock } = await setUp(stateWatch({ batch: 'once' }))
      const time = new Date(clock.ms - 1000).toISOString()
      await report(await addDevice(), [
        { data: { moisture: 1 }, time, meta: 7 },
        { data: { wind: 2 } },
        { data: { lid: false } },
      ])
      expect(await begins()).toMatchObject([
        {
          time: clock.ms,
          data: [
            { time, data: { moisture: 1 }, meta: 7 },
            { time: new Date(clock.ms).toISOString(), data: { lid: false } },
          ],
        },
      ])
    })

    it('of many devices at once starts the runs of those alone that a trigger names', async () => {
      const { addDevice, report, begins, platform } = await setUp()
      const [tagged, named, other] = [
        await addDevice({ tags: [{ key: 'kind', value: 'pot' }] }),
        await addDevice({ name: 'greenhouse' }),
        await addDevice(),
      ]
      const fires = async (devices: DeviceSelection | undefined) => {
        platform.watches.replace([compileWatch(stateWatch({ devices }))])
        const before = (await begins()).length
        await Promise.all([tagged, named, other].map((id) => report(id, single)))
        return (await begins()).slice(before).map(({ triggerId, triggerType }) => [triggerId, triggerType])
      }
      expect(await fires({ deviceTags: [{ key: 'kind', value: 'pot' }] })).toEqual([[tagged, 'deviceTag']])
      expect(await fires({ deviceTags: [{ value: 'pan' }, { key: 'kind' }] })).toEqual([[tagged, 'deviceTag']])
      expect(await fires({ deviceIds: [other] })).toEqual([[other, 'deviceId']])
      expect(await fires({ query: { name: { $startsWith: 'green' } } })).toEqual([[named, 'deviceTag']])
      expect(await fires({ deviceIds: [other], query: { name: 'greenhouse' } })).toHaveLength(2)
      expect(await fires(undefined)).toHaveLength(3)
      expect(await fires({ deviceIds: ['0'.repeat(24)] })).toEqual([])
    })

    it('is not stored where its run cannot be written down', async () => {
      const { addDevice, report, begins, platform, ok } = await setUp(stateWatch())
      const deviceId = await addDevice()
      await platform.store.write((tx) => tx.schema.dropTable('triggered_runs').execute())
      await expect(report(deviceId, single)).rejects.toThrow()
      expect(await ok('device.getState', { deviceId })).toEqual([])
      await expect(begins()).rejects.toThrow()
    })
  })

  describe('a device', () => {
    it('that connects, disconnects or is made starts the runs that ask for it', async () => {
      const all = { ...ofTrigger, devices: undefined }
      const { addDevice, begins, clock, platform, ok } = await setUp(
        { on: 'connect', ...all },
        { on: 'disconnect', ...all },
        { on: 'create', ...all },
      )
      const deviceId = await addDevice()
      const at = clock.ms
      await noteConnected(platform, deviceId, {
        at,
        via: { method: 'mqtt', address: '::1', secure: true, relay: { type: 'device', id: deviceId } },
      })
      const ended = { at: at + 5, connectedAt: at, reason: 'gone', messagesFromClient: 2, messagesToClient: 1 }
      await noteDisconnected(platform, deviceId, ended)
      await ok('device.setConnectionStatus', { deviceId, connectionStatus: { status: 'connected' } })
      clock.ms += 10
      const [made, connected, disconnected, said] = await begins()
      expect(made).toMatchObject({ triggerType: 'deviceCreate', triggerId: deviceId, data: { device: { deviceId } } })
      expect(connected).toEqual({
        time: at,
        data: { method: 'mqtt', address: '::1', secure: true },
        triggerId: deviceId,
        triggerType: 'deviceTagConnect',
        relayType: 'device',
        relayId: deviceId,
      })
      expect(disconnected).toMatchObject({
        triggerType: 'deviceTagDisconnect',
        data: {
          connectedAt: new Date(at).toISOString(),
          disconnectReason: 'gone',
          messagesFromDevice: 2,
          messagesToDevice: 1,
        },
      })
      expect(said).toMatchObject({ triggerType: 'deviceTagConnect', data: { method: 'rest' }, relayType: 'flow' })
    })
  })

  describe('silence', () => {
    const watch = { on: 'inactivity', ...ofTrigger, devices: undefined, seconds: 60 } as const

    it('starts a run once, after so many seconds, and again only after the device was heard of', async () => {
      const { addDevice, report, begins, clock, platform } = await setUp(watch)
      const [pot] = [await addDevice(), await addDevice()]
      expect(await fireInactivityTimers(platform)).toBeUndefined()
      // The time that a state bears does not count.
      await report(pot, { data: { moisture: 1 }, time: clock.ms - 86_400_000 })
      const heardAt = clock.ms
      clock.ms += 59_999
      expect(await fireInactivityTimers(platform)).toBe(heardAt + 60_000)
      expect(await begins()).toEqual([])
      clock.ms += 1
      expect(await fireInactivityTimers(platform)).toBeUndefined()
      const silent = {
        time: heardAt + 60_000,
        data: { inactivitySeconds: 60, lastActivity: new Date(heardAt).toISOString() },
        triggerId: pot,
        triggerType: 'deviceTagInactivity',
        relayId: `inactivity-${pot}-60`,
        relayType: 'timer',
      }
      expect(await begins()).toEqual([silent])
      clock.ms += 600_000
      await fireInactivityTimers(platform)
      expect(await begins()).toHaveLength(1)
      await report(pot, { data: { moisture: 2 } })
      clock.ms += 60_000
      await fireInactivityTimers(platform)
      expect(await begins()).toHaveLength(2)
    })

    it('of many devices starts a run for each; of one that is deleted or named no more, none', async () => {
      const { addDevice, report, begins, clock, platform, ok } = await setUp({
        ...watch,
        devices: { deviceTags: [{ key: 'kind', value: 'pot' }] },
      })
      const tags = [{ key: 'kind', value: 'pot' }]
      const pots = await Promise.all(Array.from({ length: 504 }, () => addDevice({ tags })))
      await Promise.all(pots.map((id) => report(id, { data: { moisture: 1 } })))
      await ok('device.delete', { deviceId: pots[0] })
      await ok('device.patch', { deviceId: pots[1], device: { tags: [] } })
      clock.ms += 60_000
      await fireInactivityTimers(platform)
      const fired = new Set((await begins()).map(({ triggerId }) => triggerId))
      expect(fired).toEqual(new Set(pots.slice(2)))
    })

    it('is not waited for any more once its trigger is gone', async () => {
      const { addDevice, report, begins, clock, platform } = await setUp(watch)
      await report(await addDevice(), { data: { moisture: 1 } })
      await removeOldTimers(platform, 'inactivity_timers', ['other'])
      clock.ms += 60_000
      await fireInactivityTimers(platform)
      expect(await begins()).toEqual([])
    })
  })

  describe('a message', () => {
    it('starts the runs of the topics that take it in', async () => {
      const topic = (filter: string) => ({ on: 'topic', trigger: filter, flowId: 'doors', filter }) as const
      const { begins, clock, platform } = await setUp(topic('house/+/door'), topic('house/#'), topic('garden'))
      await startRunsOfMessage(platform, { topic: 'house/a/door', text: 'open\u0000', relay })
      await startRunsOfMessage(platform, { topic: 'shed', text: '', relay })
      const begin = { time: clock.ms, data: 'open\u0000', triggerId: 'house/a/door', triggerType: 'mqttTopic' }
      expect(await begins()).toEqual(Array(2).fill({ ...begin, relayId: relay.id, relayType: 'device' }))
    })
  })
})
