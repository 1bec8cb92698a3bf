/** Describes who may call an endpoint as security schemes: the token of a user or a device, in any of the three places that are read. */
import type { JsonSchema } from '../../json-schema/shape-of-schema.ts'
import type { Access } from '../../trigger.ts'
import type { EndpointFacts } from './endpoint-facts.ts'

const places = {
  '': { type: 'http', scheme: 'bearer' },
  Cookie: { type: 'apiKey', in: 'cookie', name: 'authorization' },
  Query: { type: 'apiKey', in: 'query', name: 'authorization' },
} as const

type Owner = 'user' | 'device'
export type Requirement = Readonly<Record<string, readonly string[]>>

const owners: Readonly<Record<Owner, string>> = {
  user: 'The token of an experience user. If an endpoint names groups, the user must be in one of them.',
  device: 'The token of a device.',
}

/** The alternatives, of which one is enough. `{}` admits anybody. */
export function securityOf({ spec: { access }, nodes }: EndpointFacts): readonly Requirement[] {
  if (access !== 'public') return requirementsOf(access)
  // Nobody is refused, but the flow knows the user of a token.
  const looksAtUser = nodes.some(({ reads }) => reads.some(({ path }) => isOfUser(path.segments)))
  return looksAtUser ? [{}, ...requirementsOf('authenticated')] : []
}

function isOfUser([root, key]: readonly string[]): boolean {
  return root === 'experience' && (key === 'user' || key === 'authInfo')
}

function requirementsOf(access: Exclude<Access, 'public'>): readonly Requirement[] {
  const owner: Owner = access === 'device' ? 'device' : 'user'
  // OpenAPI requires all roles of a list, but any one of the groups is enough.
  const roles = typeof access === 'string' ? [[]] : access.groups.map((group) => [group])
  return Object.keys(places).flatMap((place) => roles.map((role) => ({ [`${owner}Token${place}`]: role })))
}

/** The schemes that are used, for the document's components. */
export function securitySchemes(requirements: readonly Requirement[]): Readonly<Record<string, JsonSchema>> {
  const named = new Set(requirements.flatMap((requirement) => Object.keys(requirement)))
  const all = (['user', 'device'] as const).flatMap((owner) =>
    Object.entries(places).map(
      ([place, scheme]) => [`${owner}Token${place}`, { ...scheme, description: owners[owner] }] as const,
    ),
  )
  return Object.fromEntries(all.filter(([name]) => named.has(name)))
}
