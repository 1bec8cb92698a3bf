/** Reads `application.yaml`. */
import { Type } from 'typebox'
import type { ApplicationSettings } from '../application.ts'
import type { SchemaChecker } from '../check/schema-problems.ts'
import { isMap } from '../flow/read-nodes.ts'
import type { ActionCatalog } from '../node.ts'
import type { Reporter } from '../source/reporter.ts'

const objectId = Type.String({ pattern: '^[0-9a-f]{24}$' })
const email = Type.String({ format: 'email', maxLength: 1024 })

const settingsSchema = Type.Object({
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
      devices: Type.Optional(Type.Array(Type.Record(Type.String(), Type.Unknown()))),
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
  const complaints = checker.check(settingsSchema, raw)
  for (const complaint of complaints) {
    reporter.report({ ...complaint, code: 'APPLICATION_INVALID', at: complaint.path })
  }
  if (complaints.length > 0) return defaultSettings
  // The schema has passed.
  const settings = raw as Partial<Omit<ApplicationSettings, 'seeds'>> & {
    seeds?: Partial<ApplicationSettings['seeds']>
  }
  checkSeeds(settings.seeds ?? {}, reporter, checker, actions)
  return {
    name: settings.name ?? defaultSettings.name,
    id: settings.id,
    globals: settings.globals ?? {},
    cors: settings.cors ?? true,
    seeds: { ...defaultSettings.seeds, ...settings.seeds },
  }
}

/** Seeds that contradict each other, and devices that the platform would refuse. */
function checkSeeds(
  seeds: Partial<ApplicationSettings['seeds']>,
  reporter: Reporter,
  checker: SchemaChecker,
  actions: ActionCatalog,
): void {
  const groups = new Set(seeds.groups?.map(({ name }) => name))
  seeds.users?.forEach((user, index) => {
    user.groups?.forEach((group, place) => {
      if (groups.has(group)) return
      reporter.report({
        code: 'APPLICATION_INVALID',
        at: ['seeds', 'users', index, 'groups', place],
        message: `There is no group "${group}" among the seeds.`,
        hint: 'Add it under seeds.groups.',
      })
    })
  })
  const post = actions['devices.post']
  if (!post) return
  seeds.devices?.forEach((seed, index) => {
    const { id: _, ...device } = seed
    for (const complaint of checker.check(post.params, { device })) {
      const path = complaint.path.slice(1)
      reporter.report({ ...complaint, code: 'APPLICATION_INVALID', at: ['seeds', 'devices', index, ...path] })
    }
  })
}
