/** Changes a device. Points that were reported under another type than an attribute has now go before it changes. */
import { notFound } from '../base/refusals.ts'
import {
  checkDevice,
  checkReferences,
  computesAny,
  type DevicePatch,
  type DeviceRecord,
  findRetyped,
  indexDevice,
  noteRemoved,
  readDeviceRow,
  toAttributes,
} from '../records/device-record.ts'
import { toColumn } from '../records/schemas.ts'
import type { RunsBase } from '../runs/watches.ts'
import type { Transaction } from '../store/store.ts'
import type { DeviceTable } from '../store/tables.ts'
import { removeAllPoints, removePoints, rowsPerWrite } from './remove-points.ts'

/** Throws 404 if there is no such device, and 400 for what does not fit. `find` gives the patch for the device as it is. */
export async function patchDevice(
  platform: RunsBase,
  id: string,
  find: (before: DeviceTable) => DevicePatch,
): Promise<DeviceTable> {
  for (;;) {
    const { row, crowded } = await platform.store.write((tx) => change(platform, tx, id, find))
    if (row) {
      platform.events.emit('deviceChanged', { deviceId: id })
      return row
    }
    // There are too many points for one write. The patch is sound, so they go first and in steps.
    for (const attribute of crowded) await removePoints(platform.store, id, { ...removeAllPoints, attribute })
  }
}

interface Changed {
  readonly row: DeviceTable | undefined
  /** Attributes with more points of another type than fit in the write. If there are any, nothing was changed. */
  readonly crowded: readonly string[]
}

async function change(
  { clock }: RunsBase,
  tx: Transaction,
  id: string,
  find: (before: DeviceTable) => DevicePatch,
): Promise<Changed> {
  const before = await readDeviceRow(tx, id)
  if (!before) throw notFound({ what: 'Device' })
  const patch = find(before)
  const fields = {
    // Boundary: only actions that validated it have written it.
    deviceClass: patch.deviceClass ?? (before.device_class as DeviceRecord['deviceClass']),
    attributes: patch.attributes ?? toAttributes(before),
  }
  // What is stored already is checked only if it would mean something else.
  if (patch.attributes ?? patch.deviceClass ?? patch.systemInterval) checkDevice({ ...patch, ...fields })
  await checkReferences(tx, patch, id)
  if (patch.attributes) {
    const retyped = await findRetyped(tx, before, patch.attributes)
    const crowded: string[] = []
    for (const attribute of retyped) {
      if (!(await hasFewPoints(tx, id, attribute))) crowded.push(attribute)
    }
    if (crowded.length > 0) return { row: undefined, crowded }
    for (const attribute of retyped) {
      await tx.deleteFrom('device_states').where('device_id', '=', id).where('attribute', '=', attribute).execute()
    }
    await noteRemoved(tx, before, patch.attributes)
  }
  const set = {
    updated_at: clock.now(),
    name: patch.name,
    description: patch.description,
    tags: toColumn(patch.tags),
    attributes: toColumn(patch.attributes),
    device_class: patch.deviceClass,
    gateway_id: patch.gatewayId,
    parent_id: patch.parentId,
    system_interval: fields.deviceClass === 'system' ? patch.systemInterval : null,
    computed_at: computesAny(fields) ? (before.computed_at ?? clock.now()) : null,
    keeps_duplicates: toKeepsDuplicates(patch, before),
  }
  await tx.updateTable('devices').set(set).where('id', '=', id).execute()
  if (patch.tags) await tx.deleteFrom('device_tags').where('device_id', '=', id).execute()
  if (patch.attributes) await tx.deleteFrom('device_attributes').where('device_id', '=', id).execute()
  await indexDevice(tx, id, patch)
  return { row: await readDeviceRow(tx, id), crowded: [] }
}

/** What is stored of a device that once kept duplicates stays as it is. */
function toKeepsDuplicates({ keepDuplicates }: DevicePatch, { keeps_duplicates: before }: DeviceTable) {
  if (keepDuplicates === undefined) return undefined
  return keepDuplicates ? 1 : before === 0 ? 0 : 2
}

async function hasFewPoints(tx: Transaction, deviceId: string, attribute: string): Promise<boolean> {
  const next = await tx
    .selectFrom('device_states')
    .select('time')
    .where('device_id', '=', deviceId)
    .where('attribute', '=', attribute)
    .orderBy('time')
    .limit(1)
    .offset(rowsPerWrite)
    .executeTakeFirst()
  return next === undefined
}
