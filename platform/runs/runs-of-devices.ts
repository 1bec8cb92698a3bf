/** Which runs are started by a device that comes, goes or is made. */

import type { DeviceWatch } from '../../contracts/watches.ts'
import type { Relay } from '../base/events.ts'
import type { TriggeredRun } from '../base/triggered-run.ts'
import type { Transaction } from '../store/store.ts'
import { matchingDevices } from './matching-devices.ts'
import { insertRuns } from './triggered-runs.ts'
import { isById, type RunsBase } from './watches.ts'

export interface DeviceHappening {
  readonly on: DeviceWatch['on']
  readonly deviceId: string
  /** Milliseconds since 1970. */
  readonly time: number
  readonly data: unknown
  readonly relay?: Relay | undefined
}

/** Losant's types of these triggers, by whether devices are named by ID alone. */
const types = {
  connect: { byId: 'deviceIdConnect', otherwise: 'deviceTagConnect' },
  disconnect: { byId: 'deviceIdDisconnect', otherwise: 'deviceTagDisconnect' },
  create: { byId: 'deviceCreate', otherwise: 'deviceCreate' },
}

/** Writes down the runs that it starts, in its own transaction. What it returns is to be told once that is committed. */
export async function startRunsOfDevice(
  { watches, newId, clock }: RunsBase,
  tx: Transaction,
  { on, deviceId, time, data, relay }: DeviceHappening,
): Promise<readonly TriggeredRun[]> {
  const runs: TriggeredRun[] = []
  for (const watch of watches.current[on]) {
    if (!(await matchingDevices(tx, watch, [deviceId])).has(deviceId)) continue
    runs.push({
      id: newId(),
      trigger: watch.trigger,
      flowId: watch.flowId,
      begin: {
        time,
        data,
        triggerId: deviceId,
        triggerType: isById(watch) ? types[on].byId : types[on].otherwise,
        ...(relay ? { relayId: relay.id, relayType: relay.type } : {}),
      },
      attempts: 0,
    })
  }
  await insertRuns(tx, runs, clock.now())
  return runs
}
