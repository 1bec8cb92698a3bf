/** Starts runs when a device connects, disconnects or is created. */
import type { DeviceWatch } from '../../contracts/watches.ts'
import type { Relay } from '../base/events.ts'
import type { TriggeredRun } from '../base/triggered-run.ts'
import type { Transaction } from '../store/store.ts'
import { insertRuns, type NewRun } from './triggered-runs.ts'
import { isById, matchingDevices, type RunsBase } from './watches.ts'

export interface DeviceHappening {
  readonly on: DeviceWatch['on']
  readonly deviceId: string
  /** Milliseconds since 1970. */
  readonly time: number
  readonly data: unknown
  readonly relay?: Relay | undefined
}

/** Losant's types of these triggers: `byId` if the trigger names its devices only by ID. */
const types = {
  connect: { byId: 'deviceIdConnect', otherwise: 'deviceTagConnect' },
  disconnect: { byId: 'deviceIdDisconnect', otherwise: 'deviceTagDisconnect' },
  create: { byId: 'deviceCreate', otherwise: 'deviceCreate' },
}

/** Writes the runs down within the transaction of what happened. Once that is committed, emit `runsQueued` for them. */
export async function startRunsOfDevice(
  platform: RunsBase,
  tx: Transaction,
  { on, deviceId, time, data, relay }: DeviceHappening,
): Promise<readonly TriggeredRun[]> {
  const runs: NewRun[] = []
  for (const watch of platform.watches.current[on]) {
    if (!(await matchingDevices(tx, watch, [deviceId])).has(deviceId)) continue
    runs.push({
      trigger: watch.trigger,
      flowId: watch.flowId,
      begin: {
        time,
        data,
        triggerId: deviceId,
        triggerType: isById(watch) ? types[on].byId : types[on].otherwise,
        ...(relay ? { relayId: relay.id, relayType: relay.type } : {}),
      },
    })
  }
  return insertRuns(platform, tx, runs)
}
