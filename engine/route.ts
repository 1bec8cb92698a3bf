/** Routes of endpoints: literals, `{name}`, `{name?}` as the last segment, `{name*}` as the tail. */
import { didYouMean } from './source/nearest-name.ts'
import { type Span, TextSyntaxError } from './source/syntax-error.ts'
import { unsafeNames } from './values/path.ts'

export interface RouteSegment {
  readonly kind: 'literal' | 'parameter' | 'optional' | 'tail'
  /** The literal as it is in a client's decoded path, or the parameter's name. */
  readonly text: string
}

export interface Endpoint {
  /** Upper-case. */
  readonly method: string
  /** As it was written. */
  readonly route: string
  readonly segments: readonly RouteSegment[]
}

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/** Reads `POST /devices`. Throws `TextSyntaxError`. */
export function parseEndpoint(text: string): Endpoint {
  const [, method = '', space = '', route = ''] = /^(\S*)(\s*)(.*)$/su.exec(text) ?? []
  const at = { offset: 0, length: Math.max(1, method.length) }
  if (method === '' || method.startsWith('/')) {
    throw routeError('The method is missing.', at, `Write a method, a space and a route: GET ${text.trim() || '/'}`)
  }
  if (method.toUpperCase() === 'HEAD') {
    throw routeError(`An endpoint cannot have the method ${method}.`, at, 'An endpoint of GET answers HEAD too.')
  }
  if (!methods.includes(method)) {
    const hint = didYouMean(method, methods) ?? `Write one of ${methods.join(', ')}.`
    throw routeError(`${quoted(method)} is not a method.`, at, hint)
  }
  if (route === '') {
    const end = { offset: text.length, length: 1 }
    throw routeError('The route is missing.', end, `Write it after the method: ${method} /`)
  }
  return { method, route, segments: segmentsOf(route, method.length + space.length) }
}

/** Reads `/devices/{id}`. Throws `TextSyntaxError`. */
export function parseRoute(text: string): readonly RouteSegment[] {
  return segmentsOf(text, 0)
}

export function routeParams(segments: readonly RouteSegment[]): readonly string[] {
  return segments.filter((segment) => segment.kind !== 'literal').map((segment) => segment.text)
}

/** Whether a request may match both, and neither is more specific. The names of parameters do not matter. */
export function routesConflict(a: Endpoint, b: Endpoint): boolean {
  if (a.method !== b.method) return false
  const forms = formsOf(a.segments)
  return formsOf(b.segments).some((form) => forms.includes(form))
}

/** A route with an optional last segment counts as two: one with it, one without. */
function formsOf(segments: readonly RouteSegment[]): readonly string[] {
  // No literal contains a slash or a brace, so different routes have different forms.
  const form = segments.map(({ kind, text }) => (kind === 'literal' ? text : kind === 'tail' ? '{*}' : '{}'))
  const full = form.join('/')
  return segments.at(-1)?.kind === 'optional' ? [full, form.slice(0, -1).join('/')] : [full]
}

function segmentsOf(route: string, base: number): readonly RouteSegment[] {
  if (!route.startsWith('/')) {
    throw routeError('A route begins with a slash.', { offset: base, length: 1 }, `Write /${route.trim()}`)
  }
  const texts = route.slice(1).split('/')
  if (texts.at(-1) === '') texts.pop()
  const segments: RouteSegment[] = []
  let offset = base + 1
  for (const [index, text] of texts.entries()) {
    const place = { offset, length: Math.max(1, text.length) }
    const segment = parseSegment(text, place)
    if (segment.kind !== 'literal' && routeParams(segments).includes(segment.text)) {
      throw routeError(`The parameter ${segment.text} is in the route twice.`, place, 'Give each its own name.')
    }
    if ((segment.kind === 'optional' || segment.kind === 'tail') && index < texts.length - 1) {
      const hint = `Write {${segment.text}}, or move it to the end.`
      throw routeError(`${text} can only be the last segment of a route.`, place, hint)
    }
    segments.push(segment)
    offset += text.length + 1
  }
  return segments
}

function parseSegment(text: string, place: Span): RouteSegment {
  const parameter = /^\{([^{}?*]*)([?*]?)\}$/u.exec(text)
  if (parameter === null) return { kind: 'literal', text: checkedLiteral(text, place) }
  const [, name = '', mark = ''] = parameter
  if (!/^[A-Za-z_][\w-]*$/u.test(name) || unsafeNames.has(name)) {
    const hint = unsafeNames.has(name)
      ? 'Take another name.'
      : 'A name begins with a letter and goes on with letters, digits, _ and -.'
    throw routeError(`${quoted(name)} cannot name a parameter.`, place, hint)
  }
  return { kind: mark === '?' ? 'optional' : mark === '*' ? 'tail' : 'parameter', text: name }
}

function checkedLiteral(text: string, place: Span): string {
  const refused = literalRules.find(({ refuses }) => refuses.test(text))
  if (refused === undefined) return text
  throw routeError(refused.message(text), place, refused.hint)
}

/** The first rule that matches names the problem. */
const literalRules: readonly { refuses: RegExp; message: (text: string) => string; hint: string }[] = [
  { refuses: /^$/u, message: () => 'A segment of the route is empty.', hint: 'Take out the second slash.' },
  {
    refuses: /<<|\{\{/u,
    message: () => 'A route cannot contain a template.',
    hint: 'A part that differs between requests is a parameter: {name}',
  },
  {
    refuses: /[{}]/u,
    message: (text) => `${quoted(text)} has a parameter in a part of a segment.`,
    hint: 'A parameter takes a whole segment: write {name}, and take the value apart in the flow.',
  },
  {
    refuses: /\?/u,
    message: () => 'A route has no query string.',
    hint: 'Leave it out: the flow finds the query at data.query.',
  },
  {
    refuses: /#/u,
    message: () => 'A route has no fragment.',
    hint: 'Leave out the # and what follows: clients never send it.',
  },
  {
    refuses: /%/u,
    message: (text) => `${quoted(text)} contains an encoded character.`,
    hint: 'Write the character itself: a path is decoded before it is matched.',
  },
  {
    refuses: /^:|\*/u,
    message: (text) => `${quoted(text)} is not how a parameter is written.`,
    hint: 'Write {name}, or {name*} for the rest of the path.',
  },
  {
    refuses: /^\.{1,2}$/u,
    message: (text) => `No client sends a path with the segment ${quoted(text)}.`,
    hint: 'Write the whole route.',
  },
  {
    refuses: /[\s\p{C}\\"<>^`|]/u,
    message: (text) => `${quoted(text)} contains a character that a route cannot have.`,
    hint: "Use letters, digits and - . _ ~ ! $ & ' ( ) + , ; = : @",
  },
]

function quoted(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text)
}

function routeError(message: string, place: Span, hint: string): TextSyntaxError {
  return new TextSyntaxError('FLOW_ROUTE_SYNTAX', message, place, hint)
}
