/** The tables of the store. What the kinds of columns hold is said in `columns.ts`; what the tables hold, in the migration that makes each. */
export interface Tables {
  application: ApplicationTable
  devices: DeviceTable
  device_tags: { key: string; value: string; device_id: string }
  device_attributes: { name: string; data_type: string; device_id: string }
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
  /** Tokens of experience users that were issued before are refused. */
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
  /** As they were given, in their order; `device_tags` is the index over them. */
  tags: string
  /** As they were given, in their order; `device_attributes` is the index over them. */
  attributes: string
  system_interval: number | null
  keeps_duplicates: number
  /** `null`: has never connected. */
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
  /** Whether the key is good for the devices it names alone. Stays when the last of them is deleted: the key is then good for none. */
  is_restricted: number
  device_tags: string
  filter_type: string
  pub_topics: string
  sub_topics: string
}

export interface ExperienceUserTable extends Times {
  id: string
  email: string
  /** The address as it is compared: lower case. */
  email_key: string
  first_name: string
  last_name: string
  /** `null`: cannot sign in with a password. */
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
  /** Of a number or a boolean. */
  number: number | null
  /** Of everything else. */
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
  /** `null`: a message, not a change of the connection. */
  connected: number | null
  /** The reason of a disconnect, or the message. */
  message: string | null
  /** How often the message came in a row. */
  count: number
  messages_from_client: number | null
  messages_to_client: number | null
}

export interface TriggeredRunTable {
  id: string
  /** The flow's trigger: `mail-owner/0/all`. */
  trigger: string
  flow_id: string
  /** What it begins with: a `RunBegin`. */
  begin: string
  /** How often it was tried. */
  attempts: number
  /** From when on it is to be tried; `null`: no more. */
  due_at: number | null
  /** When it failed for good. */
  failed_at: number | null
  /** A `RunError`. */
  error: string | null
}

export interface RecordedRunTable {
  /** The run's: a request's ID, or the triggered run's. */
  id: string
  flow_id: string
  began_at: number
  /** Bytes of `record`. */
  size: number
  /** A `RunSummary`. */
  summary: string
  /** A `RunRecord`. */
  record: string
}

export interface FlowStorageTable {
  scope: string
  key: string
  /** As JSON. */
  value: string
  updated_at: number
}
