/** Adds the seeds of an application to its store: groups, users and devices that are not there yet. */

import { type Kysely, sql } from 'kysely'
import type { Seeds } from '../contracts/seeds.ts'
import { invalid } from './base/refusals.ts'
import { validate } from './base/validate.ts'
import type { Platform } from './platform.ts'
import { checkDevice, DevicePost, insertDevice, toRow } from './records/device-record.ts'
import { insertGroup } from './records/experience-group-record.ts'
import { insertUser, toEmailKey, toUserRow } from './records/experience-user-record.ts'
import type { Transaction } from './store/store.ts'
import type { Tables } from './store/tables.ts'

const tables = {
  group: { table: 'experience_groups', column: 'name' },
  user: { table: 'experience_users', column: 'email_key' },
  device: { table: 'devices', column: 'name' },
} as const

interface Seed {
  readonly kind: keyof typeof tables
  /** The name; for a user the address in the form in which addresses are compared. */
  readonly name: string
  readonly id?: string | undefined
}

/**
 * Adds what is missing, all of it or nothing. A seed exists if its name, address or ID does. It is then left as it is, and
 * a seed that was applied once is not applied again, so that a start does not undo later changes. Throws 400 for an
 * invalid seed.
 */
export async function applySeeds(platform: Platform, seeds: Seeds): Promise<void> {
  const devices = seeds.devices.map(readDevice)
  const users = await prepareUsers(platform, seeds.users)
  if (users.length === 0 && devices.length === 0 && seeds.groups.length === 0) return

  await platform.store.write(async (tx) => {
    for (const { id, ...group } of seeds.groups) {
      const newId = await claim(tx, { kind: 'group', name: group.name, id }, platform.newId)
      if (newId !== undefined) await insertGroup(platform, tx, newId, group)
    }
    for (const { seed, row, groups } of users) {
      const newId = await claim(tx, seed, () => row.id)
      if (newId !== undefined) await insertUser(tx, row, await readGroupIds(tx, groups))
    }
    for (const { id, device } of devices) {
      const newId = await claim(tx, { kind: 'device', name: device.name, id }, platform.newId)
      if (newId !== undefined) await insertDevice(tx, device, toRow(device, newId, platform.clock.now()))
    }
  })
}

/** Notes that the seed is applied. Returns the ID to insert it with, or `undefined` if it exists or was applied before. */
async function claim(tx: Transaction, seed: Seed, newId: () => string): Promise<string | undefined> {
  const { kind, name } = seed
  const applied = await findApplied(tx, seed)
  if (applied.some((row) => row.name === name)) return undefined
  // A seed that was renamed is recognized by its ID.
  const known = applied[0]?.id ?? (await findId(tx, seed))
  const id = known ?? seed.id ?? newId()
  // If another process applies the same seeds, PostgreSQL makes one of the two writes start again because of this row.
  await tx
    .insertInto('applied_seeds')
    .values({ kind, name, id })
    .onConflict((on) => on.doNothing())
    .execute()
  return known === undefined ? id : undefined
}

function findApplied(db: Kysely<Tables>, { kind, name, id }: Seed) {
  return db
    .selectFrom('applied_seeds')
    .select(['name', 'id'])
    .where('kind', '=', kind)
    .where((where) => where.or([where('name', '=', name), ...(id === undefined ? [] : [where('id', '=', id)])]))
    .execute()
}

/** The ID of the row that has the seed's name or its ID. */
async function findId(db: Kysely<Tables>, { kind, name, id = '' }: Seed): Promise<string | undefined> {
  const { table, column } = tables[kind]
  const { rows } = await sql<{ id: string }>`
    select id from ${sql.table(table)} where ${sql.ref(column)} = ${name} or id = ${id} order by id`.execute(db)
  return rows.find((row) => row.id === id)?.id ?? rows[0]?.id
}

/** Rows for the users. Passwords are hashed only for new users, since hashing would slow down every start. */
function prepareUsers(platform: Platform, users: Seeds['users']) {
  const { read } = platform.store
  return Promise.all(
    users.map(async ({ groups = [], password, ...user }) => {
      const seed: Seed = { kind: 'user', name: toEmailKey(user.email), id: user.id }
      const isNew = (await findApplied(read, seed)).length === 0 && (await findId(read, seed)) === undefined
      const hash = isNew && password !== undefined ? await platform.passwords.hash(password) : null
      return { seed, row: toUserRow(platform, user, hash, user.id), groups }
    }),
  )
}

function readDevice({ id, ...device }: Readonly<Record<string, unknown>>) {
  if (id !== undefined && (typeof id !== 'string' || !/^[0-9a-f]{24}$/.test(id))) {
    throw invalid({ problem: 'The ID of a seed is not 24 hexadecimal digits' })
  }
  validate(DevicePost, device)
  // Boundary: the schema has just accepted it.
  const checked = device as DevicePost
  checkDevice(checked)
  return { id, device: checked }
}

/** The IDs of the groups with these names. Seeded groups that have been deleted are left out. */
async function readGroupIds(tx: Transaction, names: readonly string[]): Promise<string[]> {
  const ids: string[] = []
  for (const name of names) {
    const applied = (await findApplied(tx, { kind: 'group', name })).at(0)
    const id = await findId(tx, { kind: 'group', name, id: applied?.id })
    if (id !== undefined) ids.push(id)
    else if (!applied) throw invalid({ problem: `A seeded user is in the group ${name}, which does not exist` })
  }
  return ids
}
