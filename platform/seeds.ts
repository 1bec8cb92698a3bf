/** Puts the seeds of an application into its store: groups, users and devices that are not there yet. */

import type { Platform } from './platform.ts'
import { invalid } from './refusals.ts'
import { checkDevice, DevicePost, insertDevice, toRow } from './resources/device-record.ts'
import { insertGroup } from './resources/experience-groups.ts'
import { toEmailKey } from './resources/experience-user-record.ts'
import { insertUser, toUserRow } from './resources/experience-users.ts'
import type { Transaction } from './store/store.ts'

export interface Seeds {
  readonly groups: readonly { readonly name: string; readonly id?: string; readonly description?: string }[]
  readonly users: readonly {
    readonly email: string
    readonly id?: string
    readonly password?: string
    readonly firstName?: string
    readonly lastName?: string
    readonly groups?: readonly string[]
  }[]
  /** Bodies of `devices.post`, with an ID where one is given. */
  readonly devices: readonly Readonly<Record<string, unknown>>[]
}

/**
 * Adds what is missing, all of it or nothing. A group or device is there if one of its name is, a user if one of the address is; what is there is left as it is,
 * so that a start changes nothing that was changed since. Throws 400 for a seed that does not fit.
 */
export async function applySeeds(platform: Platform, seeds: Seeds): Promise<void> {
  const devices = seeds.devices.map((seed) => readDevice(platform, seed))
  const users = await hashNew(platform, seeds.users)
  if (users.length === 0 && devices.length === 0 && seeds.groups.length === 0) return

  await platform.store.write(async (tx) => {
    for (const { id, ...group } of seeds.groups) {
      if (await hasName(tx, 'experience_groups', group.name)) continue
      await insertGroup(platform, tx, id ?? platform.newId(), group)
    }
    for (const { user, row } of users) {
      const there = await tx
        .selectFrom('experience_users')
        .select('id')
        .where('email_key', '=', toEmailKey(user.email))
        .executeTakeFirst()
      if (!there) await insertUser(tx, row, await readGroupIds(tx, user.groups ?? []))
    }
    for (const { id, device } of devices) {
      if (await hasName(tx, 'devices', device.name)) continue
      await insertDevice(tx, device, toRow(device, id ?? platform.newId(), platform.clock.now()))
    }
  })
}

/** The users that are not there yet. Those that are need no hash, which takes its time at every start. */
async function hashNew(platform: Platform, users: Seeds['users']) {
  const { read } = platform.store
  if (users.length === 0) return []
  const emails = users.map((user) => toEmailKey(user.email))
  const there = await read.selectFrom('experience_users').select('email_key').where('email_key', 'in', emails).execute()
  const known = new Set(there.map((user) => user.email_key))
  return Promise.all(
    users
      .filter((user) => !known.has(toEmailKey(user.email)))
      .map(async (user) => {
        const hash = user.password === undefined ? null : await platform.passwords.hash(user.password)
        return { user, row: toUserRow(platform, user, hash, user.id) }
      }),
  )
}

function readDevice(
  platform: Platform,
  { id, ...device }: Readonly<Record<string, unknown>>,
): {
  id: string | undefined
  device: DevicePost
} {
  if (id !== undefined && (typeof id !== 'string' || !/^[0-9a-f]{24}$/.test(id))) {
    throw invalid({ problem: 'The ID of a seed is not 24 hexadecimal digits' })
  }
  platform.validate(DevicePost, device)
  // Its schema has just passed.
  const checked = device as DevicePost
  checkDevice(checked)
  return { id, device: checked }
}

async function hasName(tx: Transaction, table: 'experience_groups' | 'devices', name: string): Promise<boolean> {
  return (await tx.selectFrom(table).select('id').where('name', '=', name).executeTakeFirst()) !== undefined
}

async function readGroupIds(tx: Transaction, names: readonly string[]): Promise<string[]> {
  const ids: string[] = []
  for (const name of names) {
    const group = await tx
      .selectFrom('experience_groups')
      .select('id')
      .where('name', '=', name)
      .orderBy('id')
      .executeTakeFirst()
    if (!group) throw invalid({ problem: `A seeded user is in the group ${name}, which does not exist` })
    ids.push(group.id)
  }
  return ids
}
