/** Reads `application.yaml`. */
import { Type } from 'typebox'
import type { ActionCatalog } from '../../contracts/actions.ts'
import type { ApplicationSettings } from '../application.ts'
import type { SchemaChecker } from '../json-schema/schema-problems.ts'
import { type DocumentPath, writePlace } from '../source/position.ts'
import type { FieldProblem, ProblemCode } from '../source/problem.ts'
import { type Reporter, relatedPlace } from '../source/reporter.ts'
import { isMap } from '../values/is-map.ts'

const objectId = Type.String({ pattern: '^[0-9a-f]{24}$', description: '24 hexadecimal digits, in quotes.' })
const email = Type.String({ format: 'email', maxLength: 1024, description: 'E-mail address.' })
/** A name, an IPv4 address or an IPv6 address in brackets, and optionally a port. */
const hostPattern = '^(\\[[0-9A-Fa-f:.]+\\]|[^\\s:/?#@*\\[\\]\\\\]+)(:[0-9]{1,5})?$'

/** At least one letter or digit, since only those are compared. */
const secretNamePattern = '^[-_. ]*[A-Za-z0-9\\u0080-\\uffff][-_. A-Za-z0-9\\u0080-\\uffff]*$'

const fromEnvironment = (description: string) =>
  Type.Object({ env: Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]*$', description }) })

const secret = fromEnvironment('The environment variable with the value.')
/** An origin as browsers write it: https://www.rfc-editor.org/rfc/rfc6454#section-6.2. */
const originPattern = '^[a-z][a-z0-9+.-]*://[^\\sA-Z/?#@*\\\\]+$'

const namedOrigins = Type.Object({
  origins: Type.Array(Type.String({ pattern: originPattern }), {
    minItems: 1,
    maxItems: 1000,
    description: 'Origins as browsers write them: scheme, host and port, in lower case and without a path.',
    examples: [['https://app.example.com', 'http://localhost:5173']],
  }),
  credentials: Type.Optional(
    Type.Boolean({ default: false, description: 'Whether pages there may send cookies of users.' }),
  ),
})

const connection = fromEnvironment(
  'The environment variable with its URL, including the password: `postgres://`, `mysql://`, `redis://`, `mongodb://`. For `clientCertificate` of `http`, the certificate and its private key as PEM.',
)

/** By the schema of a device, which is the same object in every load, so that each schema is compiled only once. */
const settingsSchemas = new WeakMap<object, object>()

/** What `application.yaml` may say. */
export function settingsSchemaFor(actions: ActionCatalog): object {
  const properties = actions['devices.post']?.params.properties
  const device = isMap(properties) && isMap(properties.device) ? properties.device : anyDevice
  const known = settingsSchemas.get(device) ?? createSettingsSchema(device)
  settingsSchemas.set(device, known)
  return known
}

const anyDevice = { type: 'object', properties: {}, additionalProperties: true }

const groupSeed = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 255, description: 'Name of the group.' }),
  id: Type.Optional(objectId),
  description: Type.Optional(Type.String({ description: 'For people.' })),
})

const userSeed = Type.Object({
  email,
  id: Type.Optional(objectId),
  password: Type.Optional(
    Type.String({ minLength: 1, description: 'The password. Without one, the user cannot sign in until one is set.' }),
  ),
  firstName: Type.Optional(Type.String({ description: 'First name.' })),
  lastName: Type.Optional(Type.String({ description: 'Last name.' })),
  groups: Type.Optional(Type.Array(Type.String(), { description: 'Names of seeded groups.' })),
})

const createSettingsSchema = (device: Readonly<Record<string, unknown>>) =>
  Type.Object({
    name: Type.String({ minLength: 1, maxLength: 255, description: "The application's name." }),
    id: Type.Optional(objectId),
    description: Type.Optional(Type.String({ description: 'For people.' })),
    globals: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), { description: 'Values at `globals` of every payload.' }),
    ),
    secrets: Type.Optional(
      Type.Record(Type.String(), secret, {
        description:
          'Values from the environment, such as keys. Flows read them at `secrets`. No log, dry run or recorded run shows them.',
        examples: [{ stripeKey: { env: 'STRIPE_KEY' } }],
      }),
    ),
    cors: Type.Optional(
      Type.Union([Type.Boolean(), namedOrigins], {
        default: true,
        description: 'Whether browsers may call from other origins: from all, or from those that are listed.',
      }),
    ),
    http: Type.Optional(
      Type.Object({
        allow: Type.Optional(
          Type.Array(Type.String({ pattern: hostPattern }), {
            description: 'Hosts that flows may call although their address is not public, with or without a port.',
            examples: [['127.0.0.1:9000']],
          }),
        ),
      }),
    ),
    connections: Type.Optional(
      Type.Record(Type.String(), connection, {
        description: 'Databases and client certificates that flows may use, by the names that flows use.',
        examples: [{ readings: { env: 'READINGS_URL' } }],
      }),
    ),
    secretNames: Type.Optional(
      Type.Array(Type.String({ pattern: secretNamePattern }), {
        maxItems: 100,
        description:
          'Names, in any spelling, under which this application has secrets that no log and no recorded run may show.',
        examples: [['plateNumber', 'iban']],
      }),
    ),
    seeds: Type.Optional(
      Type.Object(
        {
          groups: Type.Optional(Type.Array(groupSeed, { description: 'Experience groups.' })),
          users: Type.Optional(Type.Array(userSeed, { description: 'Experience users.' })),
          devices: Type.Optional(
            // The body of `devices.post`, with an ID.
            Type.Array(
              Type.Unsafe({
                ...device,
                properties: { ...(isMap(device.properties) ? device.properties : {}), id: objectId },
              }),
              { description: 'Devices, as `devices.post` takes them.' },
            ),
          ),
        },
        { description: 'What the application begins with. Each seed is applied once to a store.' },
      ),
    ),
  })

export const defaultSettings: ApplicationSettings = {
  name: 'flowpot',
  id: undefined,
  globals: {},
  secrets: {},
  cors: true,
  http: { allow: [] },
  connections: {},
  seeds: { groups: [], users: [], devices: [] },
  secretNames: [],
}

/** The settings of the file, with defaults for the rest. If the file has problems, they are reported and the defaults are returned. */
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
    reporter.report({ ...complaint, hint: hintAt(complaint) ?? complaint.hint, code: 'APPLICATION_INVALID' })
  }
  if (complaints.length > 0) return defaultSettings
  // It fits the schema.
  const { description: _, ...settings } = raw as Partial<Omit<ApplicationSettings, 'http' | 'seeds'>> & {
    description?: string
    http?: Partial<ApplicationSettings['http']>
    seeds?: Partial<ApplicationSettings['seeds']>
  }
  checkSeeds(settings.seeds ?? {}, reporter)
  warnOfGlobals(settings.globals, ['globals'], reporter)
  return {
    ...defaultSettings,
    ...settings,
    http: { ...defaultSettings.http, ...settings.http },
    seeds: { ...defaultSettings.seeds, ...settings.seeds },
  }
}

function hintAt({ at, code }: FieldProblem): string | undefined {
  if (code !== 'FLOW_WRONG_TYPE') return undefined
  if (at.at(-1) === 'id') return 'An ID is 24 hexadecimal digits in lower case, in quotes.'
  if (at[0] === 'cors') return 'Write origins as browsers do, without a path: "https://app.example.com".'
  if (at[0] === 'connections') return 'Write the name of an environment variable: { env: READINGS_URL }.'
  if (at[0] === 'secrets') return 'Write the name of an environment variable: { env: STRIPE_KEY }.'
  const isHost = at[0] === 'http' && typeof at.at(-1) === 'number'
  return isHost ? 'Write a host, or a host and a port, in quotes: "127.0.0.1:9000".' : undefined
}

/** Reports secrets and connections whose variable is not set. Flows find no value for such a secret, and cannot use such a connection. */
export function reportUnsetVariables(
  { secrets, connections }: ApplicationSettings,
  env: Readonly<Record<string, string | undefined>>,
  reporter: Reporter,
): void {
  const warn = (code: ProblemCode, at: [string, string], variable: string, outcome: string, hint: string) =>
    reporter.report({
      code,
      severity: 'warning',
      at: [...at, 'env'],
      message: `The environment variable ${variable} is not set, so ${outcome}.`,
      hint: `Set ${variable} where Flowpot is started. ${hint}`,
    })
  for (const [name, { env: variable }] of Object.entries(secrets)) {
    if (env[variable]) continue
    const outcome = `there is no value for secrets.${name}`
    warn('APPLICATION_SECRET_NOT_SET', ['secrets', name], variable, outcome, 'It is not served without.')
  }
  for (const [name, { env: variable }] of Object.entries(connections)) {
    if (env[variable]) continue
    const outcome = `no flow can use the connection ${name}`
    warn('APPLICATION_CONNECTION_NOT_SET', ['connections', name], variable, outcome, 'Nodes that name it fail without.')
  }
}

/** Warns of a map `{ env: NAME }` among the globals. To flows it is that map, although its author meant the variable. */
function warnOfGlobals(value: unknown, at: DocumentPath, reporter: Reporter): void {
  if (typeof value !== 'object' || value === null) return
  const entries = Object.entries(value)
  const [key, variable] = entries[0] ?? []
  if (entries.length === 1 && key === 'env' && typeof variable === 'string' && /^[A-Z][A-Z\d_]*$/.test(variable)) {
    reporter.report({
      code: 'APPLICATION_INVALID',
      severity: 'warning',
      at,
      message: `Globals are used as they are: this one is a map, and not the environment variable ${variable}.`,
      hint: `Write it below secrets, as in secrets: { ${String(at.at(-1))}: { env: ${variable} } }, and read it at << secrets.${String(at.at(-1))} >>.`,
    })
  }
  for (const [name, item] of entries) warnOfGlobals(item, [...at, Array.isArray(value) ? Number(name) : name], reporter)
}

/** Checks what the schema cannot express: seeds that name other seeds, and seeds that are the same. */
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

/** Reports the items of the list at `at` that have the same `field` as an earlier one. */
function reportTwins(list: readonly object[], at: DocumentPath, field: string, reporter: Reporter): void {
  const first = new Map<string, number>()
  list.forEach((item, index) => {
    const value: unknown = Reflect.get(item, field)
    if (typeof value !== 'string') return
    // Addresses that differ only in case are one account.
    const key = field === 'email' ? value.toLowerCase() : value
    const twin = first.get(key)
    if (twin === undefined) {
      first.set(key, index)
      return
    }
    const name = writePlace(at)
    reporter.report({
      code: 'APPLICATION_INVALID',
      at: [...at, index, field],
      message: `${name}[${index}].${field} is "${value}", as ${name}[${twin}].${field} is.`,
      hint: 'Change one of the two, or remove it.',
      related: [relatedPlace(reporter, [...at, twin, field], 'The first is here.')],
    })
  })
}
