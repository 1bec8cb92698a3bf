/** Experience users: what a client may send, what it gets, which never holds a password or its hash, and their rows. */
import { type Kysely, sql } from 'kysely'
import Type, { type Static } from 'typebox'
import type { Base } from '../base/base.ts'
import { conflict, notFound } from '../base/refusals.ts'
import type { Transaction } from '../store/store.ts'
import type { ExperienceUserTable, Tables } from '../store/tables.ts'
import { isIn } from './conditions.ts'
import { linksIn } from './link-rows.ts'
import {
  closed,
  Email,
  fromColumn,
  groupBy,
  Id,
  Ids,
  Name,
  Password,
  resourceFields,
  TagMap,
  Time,
  toIso,
  toMs,
} from './schemas.ts'

const PersonName = Type.String({ maxLength: 1024 })

export const ExperienceUserRecord = closed({
  ...resourceFields,
  experienceUserId: Id,
  email: Email,
  firstName: PersonName,
  lastName: PersonName,
  userTags: TagMap,
  experienceGroups: Type.Array(closed({ id: Id, name: Name })),
  passwordLastUpdated: Type.Optional(Time),
  lastLogin: Type.Optional(Time),
  tokenCutoff: Type.Optional(Time),
})
export type ExperienceUserRecord = Static<typeof ExperienceUserRecord>

const optionalFields = {
  firstName: Type.Optional(PersonName),
  lastName: Type.Optional(PersonName),
  tokenCutoff: Type.Optional(Time),
  userTags: Type.Optional(TagMap),
  experienceGroupIds: Type.Optional(Ids),
}
export const UserPost = closed({ email: Email, password: Password, ...optionalFields })
export const UserPatch = closed({
  email: Type.Optional(Email),
  password: Type.Optional(Password),
  keepTokens: Type.Optional(
    Type.Boolean({ description: 'Leaves the tokens good that were issued before a new password.', default: false }),
  ),
  ...optionalFields,
})
export type UserPost = Omit<Static<typeof UserPost>, 'password'>

export const emailTaken = () => conflict({ problem: 'An experience user with this email already exists' })

export function toUser(
  row: ExperienceUserTable,
  applicationId: string,
  groups: ExperienceUserRecord['experienceGroups'],
): ExperienceUserRecord {
  return {
    id: row.id,
    applicationId,
    creationDate: toIso(row.created_at),
    lastUpdated: toIso(row.updated_at),
    experienceUserId: row.id,
    email: row.email,
    firstName: row.first_name,
    lastName: row.last_name,
    userTags: fromColumn<Record<string, string>>(row.tags),
    experienceGroups: groups.map(({ id, name }) => ({ id, name })),
    ...(row.password_updated_at === null ? {} : { passwordLastUpdated: toIso(row.password_updated_at) }),
    ...(row.last_login_at === null ? {} : { lastLogin: toIso(row.last_login_at) }),
    ...(row.token_cutoff === null ? {} : { tokenCutoff: toIso(row.token_cutoff) }),
  }
}

/** Addresses that differ only in case belong to one account. */
export function toEmailKey(email: string): string {
  return email.normalize('NFC').toLowerCase()
}

/** The condition that finds a user by ID or by address. No address looks like an ID, since it has an @. */
export function byIdOrEmail(idOrEmail: string): { column: 'id' | 'email_key'; value: string } {
  return /^[0-9a-f]{24}$/.test(idOrEmail)
    ? { column: 'id', value: idOrEmail }
    : { column: 'email_key', value: toEmailKey(idOrEmail) }
}

export async function readUserRow(db: Kysely<Tables>, idOrEmail: string): Promise<ExperienceUserTable | undefined> {
  const { column, value } = byIdOrEmail(idOrEmail)
  return db.selectFrom('experience_users').selectAll().where(column, '=', value).executeTakeFirst()
}

export async function toUsers(
  platform: Base,
  db: Kysely<Tables>,
  rows: ExperienceUserTable[],
): Promise<ExperienceUserRecord[]> {
  const ids = rows.map((row) => row.id)
  const { rows: groups } = await sql<{ user_id: string; id: string; name: string }>`select m.user_id, g.id, g.name
    from experience_group_users m join experience_groups g on g.id = m.group_id
    where ${isIn(sql`m.user_id`, ids)} order by g.name, g.id`.execute(db)
  const byUser = groupBy(groups, (group) => group.user_id)
  return rows.map((row) => toUser(row, platform.applicationId, byUser.get(row.id) ?? []))
}

export async function readUser(platform: Base, db: Kysely<Tables>, idOrEmail: string): Promise<ExperienceUserRecord> {
  const row = await readUserRow(db, idOrEmail)
  const [user] = row ? await toUsers(platform, db, [row]) : []
  if (!user) throw notFound({ what: 'Experience user' })
  return user
}

export const userGroups = linksIn('experience_group_users', 'user_id', 'group_id')

export function toUserRow(
  platform: Base,
  user: UserPost,
  passwordHash: string | null,
  id?: string,
): ExperienceUserTable {
  const now = platform.clock.now()
  return {
    id: id ?? platform.newId(),
    email: user.email,
    email_key: toEmailKey(user.email),
    first_name: user.firstName ?? '',
    last_name: user.lastName ?? '',
    password_hash: passwordHash,
    password_updated_at: passwordHash === null ? null : now,
    last_login_at: null,
    token_cutoff: toMs(user.tokenCutoff) ?? null,
    token_generation: 0,
    tags: JSON.stringify(user.userTags ?? {}),
    created_at: now,
    updated_at: now,
  }
}

/** Returns whether the user was created. If not, another user has the address. */
export async function insertUser(
  tx: Transaction,
  row: ExperienceUserTable,
  groupIds: readonly string[] = [],
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('experience_users')
    .values(row)
    .onConflict((on) => on.column('email_key').doNothing())
    .executeTakeFirstOrThrow()
  if (numInsertedOrUpdatedRows !== 1n) return false
  await userGroups.add(tx, row.id, groupIds, 'experienceUser.experienceGroupIds')
  return true
}
