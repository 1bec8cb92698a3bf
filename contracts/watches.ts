/** What starts flows apart from requests and timers: a trigger says what it watches, and the platform starts the runs. */

/** The devices that match any of these. */
export interface DeviceSelection {
  readonly deviceIds?: readonly string[]
  readonly deviceTags?: readonly { readonly key?: string; readonly value?: string }[]
  /** An advanced query that does not ask for groups or users. */
  readonly query?: Readonly<Record<string, unknown>>
}

interface OfDevices {
  /** Every device by default. */
  readonly devices: DeviceSelection | undefined
}

export interface StateWatch extends OfDevices {
  readonly on: 'state'
  /** Ignores reports without any of these attributes. */
  readonly attributes: readonly string[] | undefined
  /** Ignores reports that have only these attributes. */
  readonly ignoredAttributes: readonly string[] | undefined
  /** Ignores older reports. */
  readonly maxAgeSeconds: number | undefined
  readonly reports: 'all' | 'single' | 'batch'
  /** Whether a batch starts one run for each of its states, or one in all. */
  readonly batch: 'each' | 'once'
}

export interface InactivityWatch extends OfDevices {
  readonly on: 'inactivity'
  readonly seconds: number
}

export interface DeviceWatch extends OfDevices {
  readonly on: 'connect' | 'disconnect' | 'create'
}

export interface TopicWatch {
  readonly on: 'topic'
  /** An MQTT topic, which may have wildcards. */
  readonly filter: string
}

export type AnyWatch = StateWatch | InactivityWatch | DeviceWatch | TopicWatch

/** A watch with the trigger that it belongs to. */
export type Watch<Kind extends AnyWatch = AnyWatch> = Kind & {
  /** ID of the trigger, unique in the application. */
  readonly trigger: string
  readonly flowId: string
}
