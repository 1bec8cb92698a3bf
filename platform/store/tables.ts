/** The tables of the store. `columns.ts` explains the kinds of columns, and the migrations explain the tables. */
export interface Tables {
  application: ApplicationTable
  devices: DeviceTable
  device_tags: { key: string; value: string; device_id: string }
  device_attributes: { name: string; data_type: string; device_id: string }
  removed_attributes: { device_id: string; name: string; data_type: string }
  application_keys: ApplicationKeyTable
  application_key_devices: { key_id: string; device_id: string }
  experience_users: ExperienceUserTable
  experience_groups: ExperienceGroupTable
  experience_group_users: { group_id: string; user_id: string }
  experience_group_devices: { group_id: string; device_id: string }
  api_tokens: ApiTokenTable
  known_networks: { account: string; network_hash: string; seen_at: number }
  device_states: DeviceStateTable
  device_commands: DeviceCommandTable
  device_log: DeviceLogTable
  triggered_runs: TriggeredRunTable
  recorded_runs: RecordedRunTable
  timers: { trigger: string; fired_at: number }
  inactivity_timers: { trigger: string; device_id: string; heard_at: number }
  applied_seeds: { kind: string; name: string; id: string }
  flow_storage: FlowStorageTable
}

interface Times {
  created_at: number
  updated_at: number
}

export interface ApplicationTable extends Times {
  id: string
  name: string
  description: string
  /** Tokens of experience users that were issued before this time are refused. */
  user_token_cutoff: number | null
  readme: string | null
  readme_updated_at: number | null
}

export interface DeviceTable extends Times {
  id: string
  name: string
  description: string
  device_class: string
  gateway_id: string | null
  parent_id: string | null
  /** As they were given, in their order. `device_tags` is their index. */
  tags: string
  /** As they were given, in their order. `device_attributes` is their index. */
  attributes: string
  system_interval: number | null
  /** 1 if the device keeps duplicates, 2 if it once did, so that it may have several points of one millisecond; otherwise 0. */
  keeps_duplicates: number
  /** Until when a system has computed its attributes; `null` for devices that compute none. */
  computed_at: number | null
  /** `null` if the device has never connected. */
  connected: number | null
  connected_at: number | null
  disconnected_at: number | null
}

export interface ApplicationKeyTable extends Times {
  id: string
  key: string
  secret_hash: string
  status: string
  description: string
  /** Whether the key admits only the devices that it names. It stays so when the last of them is deleted: the key then admits none. */
  is_restricted: number
  device_tags: string
  filter_type: string
  pub_topics: string
  sub_topics: string
  name: string | null
  address_filter_type: string
  addresses: string
}

export interface ExperienceUserTable extends Times {
  id: string
  email: string
  /** The address in the form in which addresses are compared. */
  email_key: string
  first_name: string
  last_name: string
  /** `null` if the user cannot sign in with a password. */
  password_hash: string | null
  password_updated_at: number | null
  last_login_at: number | null
  token_cutoff: number | null
  /** Tokens of an earlier generation are refused. */
  token_generation: number
  tags: string
}

export interface ExperienceGroupTable extends Times {
  id: string
  name: string
  description: string
  parent_id: string | null
  tags: string
  endpoint_ids: string
  device_tags: string
  device_query: string | null
}

export interface ApiTokenTable extends Times {
  id: string
  name: string
  description: string
  token_hash: string
  scope: string
  status: string
  expires_at: number | null
  creator_id: string
  creator_type: string
}

export interface DeviceStateTable {
  device_id: string
  attribute: string
  time: number
  /** Which of the points of the millisecond it is, from 0. Only a device that keeps duplicates has more than one. */
  nth: number
  /** Holds numbers and booleans. */
  number: number | null
  /** Holds all other values. */
  text: string | null
}

export interface DeviceCommandTable {
  device_id: string
  id: string
  time: number
  name: string
  payload: string | null
}

export interface DeviceLogTable {
  device_id: string
  id: string
  time: number
  /** `null` if the line is a message and not a change of the connection. */
  connected: number | null
  /** The message, or the reason for a disconnect. */
  message: string | null
  /** How often the same message came in a row. */
  count: number
  messages_from_client: number | null
  messages_to_client: number | null
}

export interface TriggeredRunTable {
  id: string
  /** The flow's trigger: `mail-owner/0/all`. */
  trigger: string
  flow_id: string
  /** A `RunBegin`. */
  begin: string
  /** How often the run has been tried. */
  attempts: number
  /** From when on the run is to be tried; `null` if it is not tried any more. */
  due_at: number | null
  /** When the run failed for good. */
  failed_at: number | null
  /** A `RunError`. */
  error: string | null
  /** The size of `begin` in bytes. */
  size: number
}

export interface RecordedRunTable {
  /** The ID of the request or of the triggered run. */
  id: string
  flow_id: string
  began_at: number
  /** The size of `record` in bytes. */
  size: number
  /** A `RunSummary`. */
  summary: string
  /** A `RunRecord`. */
  record: string
}

export interface FlowStorageTable {
  scope: string
  key: string
  /** JSON. */
  value: string
  updated_at: number
  /** `null` if the value never expires. */
  expires_at: number | null
}
