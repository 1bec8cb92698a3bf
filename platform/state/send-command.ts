/** Sends commands to devices. */
import { sql } from 'kysely'
import type { Base } from '../base/base.ts'
import type { Relay } from '../base/events.ts'
import { invalid } from '../base/refusals.ts'
import { type Condition, isIn } from '../records/conditions.ts'
import { trim } from './device-log.ts'

export interface Command {
  readonly name: string
  readonly payload?: unknown
  /** Milliseconds since 1970. */
  readonly time: number
}

/** Commands that are kept for each device. Older ones are deleted. */
const maxKeptCommands = 100
/** Devices that one command may reach, since all are written in one transaction. */
const maxDevices = 10_000
/** A device receives a command as one message. */
const maxPayloadBytes = 256 * 1024

/** Stores the command for each device that meets `devices` and emits `commandSent`. Returns the number of devices. */
export async function sendCommand(
  platform: Base,
  devices: Condition,
  { name, payload, time }: Command,
  relay: Relay,
): Promise<number> {
  const json = payload === undefined ? null : JSON.stringify(payload)
  if (json !== null && Buffer.byteLength(json) > maxPayloadBytes) {
    throw invalid({ problem: `The payload of the command ${name} is longer than ${maxPayloadBytes} bytes` })
  }
  const id = platform.newId()
  const deviceIds = await platform.store.write(async (tx) => {
    const { rows: found } = await sql<{ id: string }>`select devices.id from devices where ${devices}
      order by devices.id limit ${sql.lit(maxDevices + 1)}`.execute(tx)
    if (found.length > maxDevices) {
      throw invalid({ problem: `The command ${name} is for more than ${maxDevices} devices` })
    }
    const ids = found.map((row) => row.id)
    for (let start = 0; start < ids.length; start += rowsPerStatement) {
      const rows = ids
        .slice(start, start + rowsPerStatement)
        .map((deviceId) => ({ device_id: deviceId, id, time, name, payload: json }))
      await tx.insertInto('device_commands').values(rows).execute()
    }
    for (const deviceId of ids) await trim(tx, 'device_commands', deviceId, maxKeptCommands)
    return ids
  })
  for (const deviceId of deviceIds) platform.events.emit('commandSent', { deviceId, name, payload, time, relay })
  return deviceIds.length
}

const rowsPerStatement = 1000

export function oneDevice(deviceId: string): Condition {
  return isIn(sql`devices.id`, [deviceId])
}
