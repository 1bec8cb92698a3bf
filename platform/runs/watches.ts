/** What starts flows, besides requests: what the triggers of the application that serves have asked to be told of. */
import { sql } from 'kysely'
import type { Base } from '../base/base.ts'
import { anyOf, type Condition, isIn, isTagged } from '../records/conditions.ts'
import { compileGroupsOwnQuery } from '../records/device-query.ts'
import type { TagFilter } from '../records/schemas.ts'

/** Devices that any of these names; without a selection it is every device. */
export interface DeviceSelection {
  readonly deviceIds?: readonly string[]
  readonly deviceTags?: readonly TagFilter[]
  /** An advanced query that does not ask for groups or users. */
  readonly query?: Readonly<Record<string, unknown>>
}

interface OfTrigger {
  /** The flow's trigger, unique in the application. */
  readonly trigger: string
  readonly flowId: string
}

interface OfDevices extends OfTrigger {
  readonly devices: DeviceSelection | undefined
}

export interface StateWatch extends OfDevices {
  readonly on: 'state'
  /** Only reports with one of them. */
  readonly attributes: readonly string[] | undefined
  /** Not for reports that have none but these. */
  readonly ignoredAttributes: readonly string[] | undefined
  /** Not for reports of an earlier time. */
  readonly maxAgeSeconds: number | undefined
  readonly reports: 'all' | 'single' | 'batch'
  /** Whether a batch starts one run for each of its states, or one. */
  readonly batch: 'each' | 'once'
}

export interface InactivityWatch extends OfDevices {
  readonly on: 'inactivity'
  readonly seconds: number
}

export interface DeviceWatch extends OfDevices {
  readonly on: 'connect' | 'disconnect' | 'create'
}

export interface TopicWatch extends OfTrigger {
  readonly on: 'topic'
  /** An MQTT topic, which may have wildcards. */
  readonly filter: string
}

export type Watch = StateWatch | InactivityWatch | DeviceWatch | TopicWatch

/** A watch of devices, with what finds them. */
export type OnDevices<W extends Watch> = W & {
  /** Devices that are known without asking the database. */
  readonly ids: ReadonlySet<string> | 'all' | undefined
  readonly condition: Condition | undefined
}

export interface Watches {
  readonly state: readonly OnDevices<StateWatch>[]
  readonly inactivity: readonly OnDevices<InactivityWatch>[]
  readonly connect: readonly OnDevices<DeviceWatch>[]
  readonly disconnect: readonly OnDevices<DeviceWatch>[]
  readonly create: readonly OnDevices<DeviceWatch>[]
  readonly topic: readonly TopicWatch[]
}

/** Throws `PLATFORM_INVALID` for a query that is none. */
export function compileWatches(watches: readonly Watch[]): Watches {
  const on = <W extends Watch>(...kinds: W['on'][]) =>
    // By `on` it is known which of the kinds a watch is.
    watches.filter((watch) => (kinds as string[]).includes(watch.on)) as W[]
  return {
    state: on<StateWatch>('state').map(withDevices),
    inactivity: on<InactivityWatch>('inactivity').map(withDevices),
    connect: on<DeviceWatch>('connect').map(withDevices),
    disconnect: on<DeviceWatch>('disconnect').map(withDevices),
    create: on<DeviceWatch>('create').map(withDevices),
    topic: on<TopicWatch>('topic'),
  }
}

/** Those that count now. They change whole, as the application does. */
export interface WatchList {
  readonly current: Watches
  /** Throws `PLATFORM_INVALID` for a query that is none; then those before stay. */
  replace(watches: readonly Watch[]): void
}

export interface RunsBase extends Base {
  readonly watches: WatchList
}

export function createWatchList(): WatchList {
  let current = compileWatches([])
  return {
    get current() {
      return current
    },
    replace(watches) {
      current = compileWatches(watches)
    },
  }
}

function withDevices<W extends StateWatch | InactivityWatch | DeviceWatch>(watch: W): OnDevices<W> {
  if (watch.devices === undefined) return { ...watch, ids: 'all', condition: undefined }
  const { deviceIds = [], deviceTags = [], query } = watch.devices
  if (deviceTags.length === 0 && query === undefined) return { ...watch, ids: new Set(deviceIds), condition: undefined }
  const condition = anyOf([
    ...(deviceIds.length > 0 ? [isIn(sql`devices.id`, deviceIds)] : []),
    ...deviceTags.map(isTagged),
    ...(query === undefined ? [] : [compileGroupsOwnQuery(query, 'query')]),
  ])
  return { ...watch, ids: undefined, condition }
}

/** Whether the trigger names its devices by nothing but their IDs: Losant calls it another type then. */
export function isById({ devices }: DeviceWatch | StateWatch | InactivityWatch): boolean {
  return devices?.deviceIds !== undefined && devices.deviceTags === undefined && devices.query === undefined
}
