/** Finds or creates the device that starts a flow in a dry run. */
import type { Services } from '../../engine/services.ts'
import { isMap } from '../../engine/values/is-map.ts'

/** ID of the first device that the application seeds. If it seeds none, a device is created that has the attributes of `data` and reports it. */
export async function sampleDevice({ api }: Services, data: unknown): Promise<string | undefined> {
  const seeded = await api('devices.get', { perPage: 1, sortField: 'id' })
  const [first] = 'result' in seeded && isMap(seeded.result) ? itemsOf(seeded.result) : []
  if (first) return first
  const values = Object.entries(isMap(data) ? data : {}).filter(([, value]) => (typeof value) in dataTypes)
  const attributes = values.map(([name, value]) => ({ name, dataType: dataTypes[typeof value] }))
  const created = await api('devices.post', { device: { name: 'Sample', attributes } })
  // `data` need not be a state, so its keys may not be valid names of attributes.
  const made = 'error' in created ? await api('devices.post', { device: { name: 'Sample' } }) : created
  const id = 'result' in made && isMap(made.result) ? String(made.result.id) : undefined
  if (id !== undefined && values.length > 0) {
    await api('device.sendState', { deviceId: id, deviceState: { data: Object.fromEntries(values) } })
  }
  return id
}

const dataTypes: Readonly<Record<string, string>> = { number: 'number', string: 'string', boolean: 'boolean' }

function itemsOf({ items }: Readonly<Record<string, unknown>>): string[] {
  return Array.isArray(items) ? items.flatMap((item) => (isMap(item) ? [String(item.id)] : [])) : []
}
