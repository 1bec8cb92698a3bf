/** The platform's first tables. */
import { type Kysely, sql } from 'kysely'
import { columnTypes } from '../columns.ts'
import type { Dialect } from '../store.ts'

const name = '0001-platform'

async function up(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  const { id, text, time, number, flag, json, end } = columnTypes(dialect)
  const resource = sql`id ${id} primary key, created_at ${time} not null, updated_at ${time} not null`

  // The table has one row, since a store holds one application.
  await sql`create table application (${resource},
    name ${text} not null, description ${text} not null, user_token_cutoff ${time}) ${end}`.execute(db)

  await sql`create table devices (${resource},
    name ${text} not null, description ${text} not null, device_class ${text} not null, gateway_id ${id}, parent_id ${id},
    tags ${json} not null, attributes ${json} not null, system_interval ${number}, keeps_duplicates ${flag} not null
  ) ${end}`.execute(db)
  await sql`create index devices_by_name on devices (name)`.execute(db)
  // Few devices have a gateway or a parent. On a partial index the others cost nothing.
  await sql`create index devices_by_gateway_id on devices (gateway_id) where gateway_id is not null`.execute(db)
  await sql`create index devices_by_parent_id on devices (parent_id) where parent_id is not null`.execute(db)

  await sql`create table device_tags ("key" ${text} not null, value ${text} not null, device_id ${id} not null,
    constraint device_tags_pk primary key ("key", value, device_id)) ${end}`.execute(db)
  await sql`create index device_tags_by_device_id on device_tags (device_id)`.execute(db)

  await sql`create table device_attributes (name ${text} not null, data_type ${text} not null, device_id ${id} not null,
    constraint device_attributes_pk primary key (name, device_id)) ${end}`.execute(db)
  await sql`create index device_attributes_by_device_id on device_attributes (device_id)`.execute(db)

  await sql`create table application_keys (${resource},
    "key" ${text} not null unique, secret_hash ${text} not null, status ${text} not null, description ${text} not null,
    is_restricted ${flag} not null, device_tags ${json} not null, filter_type ${text} not null,
    pub_topics ${json} not null, sub_topics ${json} not null) ${end}`.execute(db)

  await sql`create table experience_users (${resource},
    email ${text} not null, email_key ${text} not null unique, first_name ${text} not null, last_name ${text} not null,
    password_hash ${text}, password_updated_at ${time}, last_login_at ${time}, token_cutoff ${time},
    token_generation ${number} not null, tags ${json} not null) ${end}`.execute(db)

  await sql`create table experience_groups (${resource},
    name ${text} not null, description ${text} not null, parent_id ${id}, tags ${json} not null,
    endpoint_ids ${json} not null, device_tags ${json} not null, device_query ${text}) ${end}`.execute(db)
  await sql`create index experience_groups_by_parent_id on experience_groups (parent_id)`.execute(db)

  for (const [table, own, other] of [
    ['application_key_devices', 'key_id', 'device_id'],
    ['experience_group_users', 'group_id', 'user_id'],
    ['experience_group_devices', 'group_id', 'device_id'],
  ] as const) {
    await sql`create table ${sql.table(table)} (${sql.ref(own)} ${id} not null, ${sql.ref(other)} ${id} not null,
      constraint ${sql.ref(`${table}_pk`)} primary key (${sql.ref(own)}, ${sql.ref(other)})) ${end}`.execute(db)
    await sql`create index ${sql.ref(`${table}_by_${other}`)} on ${sql.table(table)} (${sql.ref(other)})`.execute(db)
  }

  await sql`create table api_tokens (${resource},
    name ${text} not null, description ${text} not null, token_hash ${text} not null unique, scope ${json} not null,
    status ${text} not null, expires_at ${time}, creator_id ${id} not null, creator_type ${text} not null
  ) ${end}`.execute(db)
}

export const platform = { name, up }
