import type { Seeds } from '../../../contracts/seeds.ts'
import { isMap } from '../../../engine/values/is-map.ts'
import type { Payload } from '../../../engine/values/payload.ts'
import type { RunRecord } from '../../../server/recorder/run-record.ts'
import { plainOf } from '../../dry-run/plain-value.ts'
import { compact, withMadeUp } from './recorded-values.ts'

type Known = Readonly<Record<string, unknown>>
type UserSeed = Seeds['users'][number]

/** Seeds who asked and who signed in; `isWhole` adds what the run read. Groups that are `seeded` already need no seed. */
export function seedsOf(
  record: RunRecord,
  payload: Payload,
  seeded: Seeds,
  isWhole: boolean,
): Partial<Seeds> | undefined {
  const users = new Map<string, Record<string, unknown>>()
  const devices = new Map<string, Known>()
  /** What the run itself created must not be seeded. */
  const made = new Set<unknown>()
  const addUser = (user: Known, password?: unknown) => {
    if (typeof user.email !== 'string' || made.has(user.id)) return
    users.set(user.email, compact({ ...users.get(user.email), ...userSeed(user, isWhole), password }))
  }
  const addDevice = (device: Known) => {
    if (!made.has(device.id)) devices.set(String(device.id), deviceSeed(device))
  }
  const asking = withMadeUp(payload.experience)
  const { user, device } = isMap(asking) ? asking : {}
  if (isMap(user) && (isWhole || groupsOf(user).length > 0)) addUser(user)
  if (isMap(device)) addDevice(device)

  for (const { call, params, answer } of record.calls) {
    const asked = withMadeUp(plainOf(params))
    const result = answer && 'result' in answer ? withMadeUp(plainOf(answer.result)) : undefined
    if (!isMap(asked) || !isMap(result)) continue
    addSignedIn(call, asked, result, addUser)
    if (!isWhole) continue
    if (/^(?:devices|experienceUsers)\.post$/.test(call)) made.add(result.id)
    if (/^devices?\.get$/.test(call)) itemsOf(result).forEach(addDevice)
    if (/^experienceUsers?\.get$/.test(call)) for (const one of itemsOf(result)) addUser(one)
  }
  const groups = [...users.values()]
    .flatMap(groupsOf)
    .filter((name) => !seeded.groups.some((group) => group.name === name))
  const seeds = compact({
    groups: groups.length === 0 ? undefined : [...new Set(groups)].map((name) => ({ name })),
    users: users.size === 0 ? undefined : [...users.values()],
    devices: devices.size === 0 ? undefined : [...devices.values()],
  })
  return Object.keys(seeds).length === 0 ? undefined : seeds
}

/** Adds users who signed in with a password, or who were given a token by their address. */
function addSignedIn(call: string, asked: Known, result: Known, add: (user: Known, password?: unknown) => void): void {
  const { credentials, user, password } = asked
  if (call === 'users.verifyPassword') add(result, password)
  if (call === 'auth.authenticateUser' && isMap(credentials)) add(credentials, credentials.password)
  if (call === 'users.signToken' && result.token !== null && String(user).includes('@')) add({ email: user })
}

function itemsOf(result: Known): readonly Known[] {
  return Array.isArray(result.items) ? result.items.filter(isMap) : [result]
}

function userSeed(user: Known, isWhole: boolean): Known {
  const { email, id, firstName, lastName } = user
  const groups = groupsOf(user)
  const named = { groups: groups.length === 0 ? undefined : groups }
  return isWhole
    ? { email, id, firstName: firstName || undefined, lastName: lastName || undefined, ...named }
    : { email, ...named }
}

function groupsOf({ experienceGroups, groups }: Known): UserSeed['groups'] & {} {
  const all = Array.isArray(experienceGroups) ? experienceGroups : Array.isArray(groups) ? groups : []
  return all.map((group: unknown) => String(isMap(group) ? group.name : group))
}

function deviceSeed({ id, name, tags, attributes }: Known): Known {
  const ofTags = isMap(tags)
    ? Object.entries(tags).flatMap(([key, values]) => [values].flat().map((value) => ({ key, value })))
    : tags
  const ofAttributes = isMap(attributes) ? Object.values(attributes) : attributes
  return compact({
    id,
    name,
    tags: hasItems(ofTags) ? ofTags : undefined,
    attributes: hasItems(ofAttributes)
      ? ofAttributes.filter(isMap).map(({ name, dataType }) => ({ name, dataType }))
      : undefined,
  })
}

function hasItems(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.length > 0
}
