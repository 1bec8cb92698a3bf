/** Runs that something other than a request has started, and the timers that start further ones. */
import { type Kysely, sql } from 'kysely'
import { columnTypes } from '../columns.ts'
import type { Dialect } from '../store.ts'

const name = '0005-triggered-runs'

async function up(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  const { id, text, time, number, json, end } = columnTypes(dialect)

  // A run that has ended well is deleted. A run that has failed for good stays with its error.
  await sql`create table triggered_runs (id ${id} primary key, "trigger" ${text} not null, flow_id ${text} not null,
    "begin" ${json} not null, attempts ${number} not null, due_at ${time}, failed_at ${time}, error ${json}
  ) ${end}`.execute(db)
  await sql`create index triggered_runs_by_due_at on triggered_runs (due_at, id) where due_at is not null`.execute(db)
  await sql`create index triggered_runs_by_failed_at on triggered_runs (failed_at, id)
    where failed_at is not null`.execute(db)

  // When each timer last fired, or was first seen.
  await sql`create table timers ("trigger" ${text} primary key, fired_at ${time} not null) ${end}`.execute(db)

  // When each device last reported. The row is deleted once the device has been silent for long enough.
  await sql`create table inactivity_timers ("trigger" ${text} not null, device_id ${id} not null, heard_at ${time} not null,
    constraint inactivity_timers_pk primary key ("trigger", device_id)) ${end}`.execute(db)
  await sql`create index inactivity_timers_by_heard_at on inactivity_timers ("trigger", heard_at)`.execute(db)
  await sql`create index inactivity_timers_by_device on inactivity_timers (device_id)`.execute(db)
}

export const triggeredRuns = { name, up }
