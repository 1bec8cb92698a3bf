/** The platform's first tables. */
import type { Kysely } from 'kysely'
import { sql } from 'kysely'
import { columnTypes, tableEnd } from '../columns.ts'
import type { Dialect } from '../store.ts'

const name = '0001-platform'

async function up(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  const type = columnTypes(dialect)
  const end = tableEnd(dialect)
  const table = (tableName: string) => db.schema.createTable(tableName).modifyEnd(end)
  const resource = (tableName: string) =>
    table(tableName)
      .addColumn('id', type.id, (column) => column.primaryKey())
      .addColumn('created_at', type.time, (column) => column.notNull())
      .addColumn('updated_at', type.time, (column) => column.notNull())
  const pair = (tableName: string, left: string, right: string) =>
    table(tableName)
      .addColumn(left, type.id, (column) => column.notNull())
      .addColumn(right, type.id, (column) => column.notNull())
      .addPrimaryKeyConstraint(`${tableName}_pk`, [left, right])
  const index = (tableName: string, columns: string[]) =>
    db.schema
      .createIndex(`${tableName}_by_${columns.join('_')}`)
      .on(tableName)
      .columns(columns)

  // The table has one row, since a store holds one application.
  await resource('application')
    .addColumn('name', type.text, (column) => column.notNull())
    .addColumn('description', type.text, (column) => column.notNull())
    .addColumn('user_token_cutoff', type.time)
    .execute()

  await resource('devices')
    .addColumn('name', type.text, (column) => column.notNull())
    .addColumn('description', type.text, (column) => column.notNull())
    .addColumn('device_class', type.text, (column) => column.notNull())
    .addColumn('gateway_id', type.id)
    .addColumn('parent_id', type.id)
    .addColumn('tags', type.json, (column) => column.notNull())
    .addColumn('attributes', type.json, (column) => column.notNull())
    .addColumn('system_interval', type.number)
    .addColumn('keeps_duplicates', type.flag, (column) => column.notNull())
    .execute()
  await index('devices', ['name']).execute()
  // Few devices have a gateway or a parent. On a partial index the others cost nothing.
  await index('devices', ['gateway_id']).where(sql.ref('gateway_id'), 'is not', null).execute()
  await index('devices', ['parent_id']).where(sql.ref('parent_id'), 'is not', null).execute()

  await table('device_tags')
    .addColumn('key', type.text, (column) => column.notNull())
    .addColumn('value', type.text, (column) => column.notNull())
    .addColumn('device_id', type.id, (column) => column.notNull())
    .addPrimaryKeyConstraint('device_tags_pk', ['key', 'value', 'device_id'])
    .execute()
  await index('device_tags', ['device_id']).execute()

  await table('device_attributes')
    .addColumn('name', type.text, (column) => column.notNull())
    .addColumn('data_type', type.text, (column) => column.notNull())
    .addColumn('device_id', type.id, (column) => column.notNull())
    .addPrimaryKeyConstraint('device_attributes_pk', ['name', 'device_id'])
    .execute()
  await index('device_attributes', ['device_id']).execute()

  await resource('application_keys')
    .addColumn('key', type.text, (column) => column.notNull().unique())
    .addColumn('secret_hash', type.text, (column) => column.notNull())
    .addColumn('status', type.text, (column) => column.notNull())
    .addColumn('description', type.text, (column) => column.notNull())
    .addColumn('is_restricted', type.flag, (column) => column.notNull())
    .addColumn('device_tags', type.json, (column) => column.notNull())
    .addColumn('filter_type', type.text, (column) => column.notNull())
    .addColumn('pub_topics', type.json, (column) => column.notNull())
    .addColumn('sub_topics', type.json, (column) => column.notNull())
    .execute()
  await pair('application_key_devices', 'key_id', 'device_id').execute()
  await index('application_key_devices', ['device_id']).execute()

  await resource('experience_users')
    .addColumn('email', type.text, (column) => column.notNull())
    .addColumn('email_key', type.text, (column) => column.notNull().unique())
    .addColumn('first_name', type.text, (column) => column.notNull())
    .addColumn('last_name', type.text, (column) => column.notNull())
    .addColumn('password_hash', type.text)
    .addColumn('password_updated_at', type.time)
    .addColumn('last_login_at', type.time)
    .addColumn('token_cutoff', type.time)
    .addColumn('token_generation', type.number, (column) => column.notNull())
    .addColumn('tags', type.json, (column) => column.notNull())
    .execute()

  await resource('experience_groups')
    .addColumn('name', type.text, (column) => column.notNull())
    .addColumn('description', type.text, (column) => column.notNull())
    .addColumn('parent_id', type.id)
    .addColumn('tags', type.json, (column) => column.notNull())
    .addColumn('endpoint_ids', type.json, (column) => column.notNull())
    .addColumn('device_tags', type.json, (column) => column.notNull())
    .addColumn('device_query', type.text)
    .execute()
  await index('experience_groups', ['parent_id']).execute()
  await pair('experience_group_users', 'group_id', 'user_id').execute()
  await index('experience_group_users', ['user_id']).execute()
  await pair('experience_group_devices', 'group_id', 'device_id').execute()
  await index('experience_group_devices', ['device_id']).execute()

  await resource('api_tokens')
    .addColumn('name', type.text, (column) => column.notNull())
    .addColumn('description', type.text, (column) => column.notNull())
    .addColumn('token_hash', type.text, (column) => column.notNull().unique())
    .addColumn('scope', type.json, (column) => column.notNull())
    .addColumn('status', type.text, (column) => column.notNull())
    .addColumn('expires_at', type.time)
    .addColumn('creator_id', type.id, (column) => column.notNull())
    .addColumn('creator_type', type.text, (column) => column.notNull())
    .execute()
}

export const platform = { name, up }
