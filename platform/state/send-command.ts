/** Sends commands to devices. */
import { sql } from 'kysely'
import type { Base } from '../base/base.ts'
import type { Relay } from '../base/events.ts'
import { invalid } from '../base/refusals.ts'
import type { Condition } from '../records/conditions.ts'
import { trim } from './device-log.ts'

export interface Command {
  readonly name: string
  readonly payload?: unknown
  /** Milliseconds since 1970. */
  readonly time: number
}

/** Commands that are kept for each device. Older ones are deleted. */
const maxKeptCommands = 100
/** Devices that one command may reach. */
const maxDevices = 10_000
/** Devices that one write stores the command for, since others wait for it: with all 10,000 in one write they waited for 1.3 s. */
const devicesPerWrite = 100
/** A device receives a command as one message. */
const maxPayloadBytes = 256 * 1024

/** Stores the command for each device that meets `devices`, some at a time, and emits `commandSent`. Returns the number of devices. */
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
  const { rows: found } = await sql<{ id: string }>`select devices.id from devices where ${devices}
    order by devices.id limit ${sql.lit(maxDevices + 1)}`.execute(platform.store.read)
  if (found.length > maxDevices) {
    throw invalid({ problem: `The command ${name} is for more than ${maxDevices} devices` })
  }
  let reached = 0
  for (let start = 0; start < found.length; start += devicesPerWrite) {
    const some = found.slice(start, start + devicesPerWrite).map((row) => row.id)
    const deviceIds = await platform.store.write(async (tx) => {
      // One may have been deleted since.
      const rows = await tx.selectFrom('devices').select('id').where('id', 'in', some).execute()
      const ids = rows.map((row) => row.id)
      if (ids.length === 0) return ids
      const commands = ids.map((deviceId) => ({ device_id: deviceId, id, time, name, payload: json }))
      await tx.insertInto('device_commands').values(commands).execute()
      for (const deviceId of ids) await trim(tx, 'device_commands', deviceId, maxKeptCommands)
      return ids
    })
    for (const deviceId of deviceIds) platform.events.emit('commandSent', { deviceId, name, payload, time, relay })
    reached += deviceIds.length
    await new Promise<void>((turn) => setImmediate(turn))
  }
  return reached
}
