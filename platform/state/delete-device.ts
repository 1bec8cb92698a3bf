/** Deletes a device with all that it has reported. */
import { notFound } from '../base/refusals.ts'
import type { RunsBase } from '../runs/watches.ts'
import { removeAllPoints, removePoints } from './remove-points.ts'

/** The tables that hold rows of a device, apart from what it has reported. */
const tablesOfDevice = [
  'device_tags',
  'device_attributes',
  'removed_attributes',
  'device_commands',
  'inactivity_timers',
  'device_log',
  'application_key_devices',
  'experience_group_devices',
] as const

/** Throws 404 if there is no such device. */
export async function deleteDevice(platform: RunsBase, id: string): Promise<void> {
  await platform.store.write(async (tx) => {
    const { numDeletedRows } = await tx.deleteFrom('devices').where('id', '=', id).executeTakeFirst()
    if (numDeletedRows === 0n) throw notFound({ what: 'Device' })
    for (const table of tablesOfDevice) await tx.deleteFrom(table).where('device_id', '=', id).execute()
    await tx.updateTable('devices').set({ parent_id: null }).where('parent_id', '=', id).execute()
    await tx.updateTable('devices').set({ gateway_id: null }).where('gateway_id', '=', id).execute()
  })
  platform.events.emit('deviceDeleted', { deviceId: id })
  // Points go last and in many writes, since there may be millions. Without the device nobody can reach them any more.
  await removePoints(platform.store, id, removeAllPoints)
}
