/** Reads `application.yaml`. */
import { Type } from 'typebox'
import type { ApplicationSettings } from '../application.ts'
import type { SchemaChecker } from '../check/schema-problems.ts'
import { isMap } from '../flow/read-nodes.ts'
import type { ActionCatalog } from '../node.ts'
import type { DocumentPath } from '../source/position.ts'
import { type Reporter, relatedPlace } from '../source/reporter.ts'

const objectId = Type.String({ pattern: '^[0-9a-f]{24}$' })
const email = Type.String({ format: 'email', maxLength: 1024 })

/** By the schema of a device, which stays the same from load to load, so that each is compiled once. */
const settingsSchemas = new WeakMap<object, object>()

function settingsSchemaFor(actions: ActionCatalog): object {
  const properties = actions['devices.post']?.params.properties
  const device = isMap(properties) && isMap(properties.device) ? properties.device : anyDevice
  const known = settingsSchemas.get(device) ?? createSettingsSchema(device)
  settingsSchemas.set(device, known)
  return known
}

const anyDevice = { type: 'object', properties: {}, additionalProperties: true }

const createSettingsSchema = (device: Readonly<Record<string, unknown>>) =>
  Type.Object({
    name: Type.String({ minLength: 1, maxLength: 255 }),
    id: Type.Optional(objectId),
    description: Type.Optional(Type.String()),
    globals: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
    cors: Type.Optional(Type.Boolean()),
    seeds: Type.Optional(
      Type.Object({
        groups: Type.Optional(
          Type.Array(
            Type.Object({
              name: Type.String({ minLength: 1, maxLength: 255 }),
              id: Type.Optional(objectId),
              description: Type.Optional(Type.String()),
            }),
          ),
        ),
        users: Type.Optional(
          Type.Array(
            Type.Object({
              email,
              id: Type.Optional(objectId),
              password: Type.Optional(Type.String({ minLength: 1 })),
              firstName: Type.Optional(Type.String()),
              lastName: Type.Optional(Type.String()),
              groups: Type.Optional(Type.Array(Type.String())),
            }),
          ),
        ),
        devices: Type.Optional(
          // What `devices.post` takes, and an ID.
          Type.Array(
            Type.Unsafe({
              ...device,
              properties: { ...(isMap(device.properties) ? device.properties : {}), id: objectId },
            }),
          ),
        ),
      }),
    ),
  })

export const defaultSettings: ApplicationSettings = {
  name: 'flowpot',
  id: undefined,
  globals: {},
  cors: true,
  seeds: { groups: [], users: [], devices: [] },
}

/** What the file says, with defaults for the rest. Where it is unsound the problems are reported and the defaults stand. */
export function readApplicationFile(
  reporter: Reporter,
  checker: SchemaChecker,
  actions: ActionCatalog,
): ApplicationSettings {
  const raw = reporter.document.value
  if (!isMap(raw)) {
    if (reporter.document.problems.length === 0) {
      reporter.report({
        code: 'APPLICATION_INVALID',
        at: [],
        message: 'application.yaml must be a map.',
        hint: 'Begin with "name: my-application".',
      })
    }
    return defaultSettings
  }
  if (Object.hasOwn(raw, 'resourceType')) {
    reporter.report({
      code: 'APPLICATION_UNSUPPORTED',
      at: ['resourceType'],
      atKey: true,
      message: 'This folder is an export from Losant, and exports cannot be served yet.',
    })
    return defaultSettings
  }
  const complaints = checker.check(settingsSchemaFor(actions), raw)
  for (const complaint of complaints) {
    const isOfId = complaint.path.at(-1) === 'id' && complaint.code === 'FLOW_WRONG_TYPE'
    const hint = isOfId ? { hint: 'An ID is 24 hexadecimal digits in lower case, in quotes.' } : {}
    reporter.report({ ...complaint, ...hint, code: 'APPLICATION_INVALID', at: complaint.path })
  }
  if (complaints.length > 0) return defaultSettings
  // The schema has passed.
  const settings = raw as Partial<Omit<ApplicationSettings, 'seeds'>> & {
    seeds?: Partial<ApplicationSettings['seeds']>
  }
  checkSeeds(settings.seeds ?? {}, reporter)
  return {
    name: settings.name ?? defaultSettings.name,
    id: settings.id,
    globals: settings.globals ?? {},
    cors: settings.cors ?? true,
    seeds: { ...defaultSettings.seeds, ...settings.seeds },
  }
}

/** What the schema cannot say: seeds that name each other, and those that could be taken for one another. */
function checkSeeds(seeds: Partial<ApplicationSettings['seeds']>, reporter: Reporter): void {
  const { groups = [], users = [], devices = [] } = seeds
  const groupNames = new Set(groups.map(({ name }) => name))
  users.forEach((user, index) => {
    user.groups?.forEach((group, place) => {
      if (groupNames.has(group)) return
      reporter.report({
        code: 'APPLICATION_INVALID',
        at: ['seeds', 'users', index, 'groups', place],
        message: `There is no group "${group}" among the seeds.`,
        hint: 'Add it under seeds.groups.',
      })
    })
  })
  for (const [kind, list] of Object.entries({ groups, users, devices })) {
    for (const field of [kind === 'users' ? 'email' : 'name', 'id']) {
      reportTwins(list, ['seeds', kind], field, reporter)
    }
  }
  devices.forEach(({ attributes }, index) => {
    if (Array.isArray(attributes)) reportTwins(attributes, ['seeds', 'devices', index, 'attributes'], 'name', reporter)
  })
}

/** Items of the list at `at` that have the same `field` as one before them. */
function reportTwins(list: readonly object[], at: DocumentPath, field: string, reporter: Reporter): void {
  const first = new Map<string, number>()
  list.forEach((item, index) => {
    const value: unknown = Reflect.get(item, field)
    if (typeof value !== 'string') return
    // Addresses that differ in case alone are one account.
    const key = field === 'email' ? value.toLowerCase() : value
    const twin = first.get(key)
    if (twin === undefined) {
      first.set(key, index)
      return
    }
    const name = `${at[0]}${at
      .slice(1)
      .map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`))
      .join('')}`
    reporter.report({
      code: 'APPLICATION_INVALID',
      at: [...at, index, field],
      message: `${name}[${index}].${field} is "${value}", as ${name}[${twin}].${field} is.`,
      hint: 'Give it another one, or take one of the two away.',
      related: [relatedPlace(reporter, [...at, twin, field], 'The first is here.')],
    })
  })
}
