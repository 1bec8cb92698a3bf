/** The watches of the current application, compiled so that they find their devices quickly. */
import { sql } from 'kysely'
import type {
  DeviceSelection,
  DeviceWatch,
  InactivityWatch,
  StateWatch,
  TopicWatch,
  Watch,
} from '../../contracts/watches.ts'
import type { Base } from '../base/base.ts'
import { anyOf, type Condition, isIn, isTagged } from '../records/conditions.ts'
import { compileUngroupedQuery } from '../records/device-query.ts'
import type { Transaction } from '../store/store.ts'
import type { RunBounds } from './run-bounds.ts'

/** A watch that knows how to find its devices. */
export type OnDevices<Kind extends StateWatch | InactivityWatch | DeviceWatch> = Watch<Kind> & Found

interface Found {
  /** The devices, if they are known without asking the database. */
  readonly ids: ReadonlySet<string> | 'all' | undefined
  readonly condition: Condition | undefined
}

export type CompiledWatch =
  | OnDevices<StateWatch>
  | OnDevices<InactivityWatch>
  | OnDevices<DeviceWatch>
  | Watch<TopicWatch>

/** Throws `PLATFORM_INVALID` for an invalid query. */
export function compileWatch(watch: Watch): CompiledWatch {
  return watch.on === 'topic' ? watch : { ...watch, ...findDevices(watch.devices) }
}

export interface Watches extends Readonly<Record<DeviceWatch['on'], readonly OnDevices<DeviceWatch>[]>> {
  readonly state: readonly OnDevices<StateWatch>[]
  readonly inactivity: readonly OnDevices<InactivityWatch>[]
  readonly topic: readonly Watch<TopicWatch>[]
}

/** The watches of the current application. A reload replaces them all at once. */
export interface WatchList {
  readonly current: Watches
  replace(watches: readonly CompiledWatch[]): void
}

export interface RunsBase extends Base {
  readonly watches: WatchList
  readonly runBounds: RunBounds
}

export function createWatchList(): WatchList {
  let current = groupByKind([])
  return {
    get current() {
      return current
    },
    replace(watches) {
      current = groupByKind(watches)
    },
  }
}

function groupByKind(watches: readonly CompiledWatch[]): Watches {
  const on = (event: DeviceWatch['on']) =>
    watches.filter((watch): watch is OnDevices<DeviceWatch> => watch.on === event)
  return {
    state: watches.filter((watch) => watch.on === 'state'),
    inactivity: watches.filter((watch) => watch.on === 'inactivity'),
    connect: on('connect'),
    disconnect: on('disconnect'),
    create: on('create'),
    topic: watches.filter((watch) => watch.on === 'topic'),
  }
}

function findDevices(devices: DeviceSelection | undefined): Found {
  if (devices === undefined) return { ids: 'all', condition: undefined }
  const { deviceIds = [], deviceTags = [], query } = devices
  if (deviceTags.length === 0 && query === undefined) return { ids: new Set(deviceIds), condition: undefined }
  const condition = anyOf([
    ...(deviceIds.length > 0 ? [isIn(sql`devices.id`, deviceIds)] : []),
    ...deviceTags.map((filter) => isTagged(filter)),
    ...(query === undefined ? [] : [compileUngroupedQuery(query, 'query')]),
  ])
  return { ids: undefined, condition }
}

/** Whether the trigger names its devices only by ID. Losant has another trigger type for that. */
export function isById({ devices }: DeviceWatch | StateWatch | InactivityWatch): boolean {
  return devices?.deviceIds !== undefined && devices.deviceTags === undefined && devices.query === undefined
}

/** Which of the devices a trigger watches. Asks the database only if the trigger names them by tags or a query. */
export async function matchingDevices(
  tx: Transaction,
  { ids, condition }: Found,
  deviceIds: readonly string[],
): Promise<ReadonlySet<string>> {
  if (ids === 'all') return new Set(deviceIds)
  if (ids) return new Set(deviceIds.filter((id) => ids.has(id)))
  if (!condition || deviceIds.length === 0) return new Set()
  const { rows } = await sql<{ id: string }>`select devices.id from devices
    where devices.id in (${sql.join(deviceIds)}) and ${condition}`.execute(tx)
  return new Set(rows.map(({ id }) => id))
}
