/** Finds what in a new OpenAPI document breaks clients that were written for the old one. Additions break none. */
import { isDeepStrictEqual } from 'node:util'
import { isMap } from '../../../engine/values/is-map.ts'
import { entriesOf, type Part, resolve } from './references.ts'
import { replyBreaks, requestBreaks } from './schema-breaks.ts'

export interface Break {
  /** `POST /devices`. */
  readonly operation: string
  /** The place in the operation: `body.deviceName`, `reply 201.deviceId`. */
  readonly place?: string
  readonly message: string
}

interface Operation {
  readonly name: string
  readonly document: Part
  readonly item: Part
  readonly operation: Part
  /** Names of the parameters in the path, in order. */
  readonly names: readonly string[]
}

export function breaksBetween(before: Part, after: Part): readonly Break[] {
  const operations = new Map(operationsOf(after))
  const breaks: Break[] = []
  for (const [key, old] of operationsOf(before)) {
    const report = (place: string | undefined, message: string) =>
      breaks.push({ operation: old.name, ...(place !== undefined && { place }), message })
    const now = operations.get(key)
    if (!now) {
      report(undefined, 'is gone')
      continue
    }
    compareSecurity(old, now, report)
    compareParameters(old, now, report)
    compareBodies(old, now, report)
    compareReplies(old, now, report)
  }
  return breaks
}

type Report = (place: string | undefined, message: string) => void

const methods = ['get', 'post', 'put', 'patch', 'delete', 'head', 'options', 'trace']

/** The operations by method and path. The names of path parameters do not matter to clients. */
function operationsOf(document: Part): readonly (readonly [string, Operation])[] {
  return entriesOf(document.paths).flatMap(([path, value]) => {
    const item = resolve(document, value)
    return methods.flatMap((method) => {
      const operation = item[method]
      if (!isMap(operation)) return []
      const name = `${method.toUpperCase()} ${path}`
      const names = [...path.matchAll(/\{([^}]*)\}/g)].map(([, name = '']) => name)
      const key = `${method} ${path.replaceAll(/\{[^}]*\}/g, '{}')}`
      return [[key, { name, document, item, operation, names }]]
    })
  })
}

/** Every way in which clients could sign in must still work. */
function compareSecurity(old: Operation, now: Operation, report: Report): void {
  const ways = requirementsOf(now)
  const shut = requirementsOf(old).filter((way) => !ways.some((other) => isEnough(old, way, now, other)))
  if (shut.length === 0) return
  const [first] = shut
  report(
    'security',
    first && Object.keys(first).length === 0
      ? 'a token is needed now'
      : `no longer lets in by ${shut.map(nameOfRequirement).join(', ')}`,
  )
}

function requirementsOf({ operation, document }: Operation): readonly Part[] {
  const requirements = operation.security ?? document.security
  const listed = Array.isArray(requirements) ? requirements.filter(isMap) : []
  return listed.length > 0 ? listed : [{}]
}

/** Whether a client that meets `way` also meets `other`. */
function isEnough(old: Operation, way: Part, now: Operation, other: Part): boolean {
  return Object.entries(other).every(([scheme, roles]) => {
    if (!Object.hasOwn(way, scheme)) return false
    const [before, after] = [schemeOf(old.document, scheme), schemeOf(now.document, scheme)]
    const had = way[scheme]
    return (
      isDeepStrictEqual(before, after) &&
      (!Array.isArray(roles) || roles.every((role: unknown) => Array.isArray(had) && had.includes(role)))
    )
  })
}

function schemeOf(document: Part, name: string): Part {
  const { securitySchemes } = resolve(document, document.components)
  const { description: _, ...scheme } = resolve(document, isMap(securitySchemes) ? securitySchemes[name] : undefined)
  return scheme
}

function nameOfRequirement(requirement: Part): string {
  const names = Object.entries(requirement).map(([scheme, roles]) =>
    Array.isArray(roles) && roles.length > 0 ? `${scheme} (${roles.join(', ')})` : scheme,
  )
  return names.join(' with ')
}

function compareParameters(old: Operation, now: Operation, report: Report): void {
  const before = new Map(parametersOf(old).map((parameter) => [keyOf(old, parameter), parameter]))
  for (const parameter of parametersOf(now)) {
    const place = `${parameter.in} parameter ${parameter.name}`
    const known = before.get(keyOf(now, parameter))
    if (parameter.required === true && known?.required !== true) report(place, 'is required now')
    if (!known) continue
    const sides = [
      { document: old.document, schema: known.schema ?? {} },
      { document: now.document, schema: parameter.schema ?? {} },
    ] as const
    requestBreaks(...sides, place, report)
  }
}

function parametersOf({ document, item, operation }: Operation): readonly Part[] {
  const lists = [operation.parameters, item.parameters].filter(Array.isArray)
  return lists.flat().map((parameter: unknown) => resolve(document, parameter))
}

function keyOf({ names }: Operation, { name, in: where }: Part): string {
  const index = where === 'path' ? names.indexOf(String(name)) : -1
  // Header names are case-insensitive.
  const written = where === 'header' ? String(name).toLowerCase() : String(name)
  return `${where} ${index === -1 ? written : index}`
}

function compareBodies(old: Operation, now: Operation, report: Report): void {
  const before = resolve(old.document, old.operation.requestBody)
  const after = resolve(now.document, now.operation.requestBody)
  if (after.required === true && before.required !== true) report('body', 'is required now')
  compareContent(before.content, after.content, (type, one, other) => {
    if (!other) {
      if (isMap(after.content)) report('body', `is no longer taken as ${type}`)
      return
    }
    const sides = [sideOf(old, one), sideOf(now, other)] as const
    requestBreaks(...sides, 'body', report)
  })
}

function compareReplies(old: Operation, now: Operation, report: Report): void {
  const replies = entriesOf(now.operation.responses)
  for (const [status, value] of entriesOf(old.operation.responses)) {
    const place = `reply ${status}`
    const [, other] = replies.find(([key]) => key === status) ?? replies.find(([key]) => key === 'default') ?? []
    if (other === undefined) {
      // Clients do not depend on the platform's own refusals, such as that of a call without a token.
      if (!isPlatforms(value)) report(place, 'is gone')
      continue
    }
    const [before, after] = [resolve(old.document, value), resolve(now.document, other)]
    compareContent(before.content, after.content, (type, one, other) => {
      if (!other) report(place, `is no longer sent as ${type}`)
      else replyBreaks(sideOf(old, one), sideOf(now, other), place, report)
    })
  }
}

function isPlatforms(reply: unknown): boolean {
  return isMap(reply) && typeof reply.$ref === 'string' && reply.$ref.startsWith('#/components/responses/')
}

/** Pairs what stands under the same media type; the type for all stands for any. */
function compareContent(
  before: unknown,
  after: unknown,
  compare: (type: string, before: unknown, after: unknown) => void,
): void {
  const types = new Map(entriesOf(after))
  const [first] = types.values()
  for (const [type, one] of entriesOf(before)) {
    compare(type, one, types.get(type) ?? types.get('*/*') ?? (type === '*/*' ? first : undefined))
  }
}

function sideOf({ document }: Operation, media: unknown) {
  return { document, schema: isMap(media) ? (media.schema ?? {}) : {} }
}
