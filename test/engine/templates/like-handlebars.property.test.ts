/** Where our templates mean what Handlebars' mean, they give what Handlebars itself gives. */
import fc from 'fast-check'
import Handlebars from 'handlebars'
import { expect, test } from 'vitest'
import { compileTemplate } from '../../../engine/templates/template.ts'
import type { Payload } from '../../../engine/values/payload.ts'
import { printable } from './printable.ts'

type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'path'; readonly path: Path; readonly isRaw: boolean }
  | { readonly kind: 'block'; readonly name: string; readonly path: Path; readonly body: Template; readonly rest: Rest }
  | { readonly kind: 'section'; readonly path: Path; readonly isInverse: boolean; readonly body: Template }

type Template = readonly Part[]
/** What follows the body: nothing, an else, or an else with a condition of its own. */
type Rest = { readonly name: string | undefined; readonly path: Path; readonly body: Template } | undefined
/** `up` leaves so many blocks that have a scope, if there are so many. */
type Path = { readonly up: number; readonly name: string }

const names = [
  'a',
  'b',
  'list',
  'deep.a',
  'deep.list',
  'list.[1]',
  'list.length',
  'deep.[b c]',
  'missing.x',
  'this',
  '.',
]
const variables = ['@index', '@key', '@first', '@last', '@root.a', '@root.deep.a']
const params = ['one', 'two', 'one.a']

const path = fc.record({
  up: fc.constantFrom(0, 0, 0, 1, 2),
  name: fc.constantFrom(...names, ...variables, ...params),
})
const sectionPath = fc.record({ up: fc.constant(0), name: fc.constantFrom('deep.a', 'deep.list', 'list.[1]') })

const { template } = fc.letrec<{ template: Template; part: Part }>((tie) => ({
  template: fc.array(tie('part'), { maxLength: 4 }),
  part: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({
      kind: fc.constant('text' as const),
      text: fc.constantFrom('x', ' ', '\n', '(', '<i>', '\n  ', '>', '&'),
    }),
    fc.record({ kind: fc.constant('path' as const), path, isRaw: fc.boolean() }),
    fc.record({
      kind: fc.constant('block' as const),
      name: fc.constantFrom('if', 'unless', 'each', 'with', 'each as', 'with as'),
      path,
      body: tie('template'),
      rest: fc.option(
        fc.record({ name: fc.constantFrom(undefined, 'if', 'unless', 'each', 'with'), path, body: tie('template') }),
        { nil: undefined },
      ),
    }),
    fc.record({
      kind: fc.constant('section' as const),
      path: sectionPath,
      isInverse: fc.boolean(),
      body: tie('template'),
    }),
  ),
}))

interface Place {
  /** Blocks round it that have a scope of their own. */
  readonly scopes: number
  /**
   * Whether each of them goes through things of its own. Handlebars counts no block whose scope is loosely equal to that round
   * it, as 0 is to false, so there a `../` would lead further out than it reads.
   */
  readonly canLeave: boolean
  readonly hasParams: boolean
}

function writePath({ up, name }: Path, { scopes, canLeave, hasParams }: Place): string {
  if (name.startsWith('@')) return scopes === 0 && !name.startsWith('@root') ? 'a' : name
  if (params.includes(name)) return hasParams ? name : 'b'
  return canLeave ? '../'.repeat(Math.min(up, scopes)) + name : name
}

function write(template: Template, place: Place): string {
  return template.map((part) => writePart(part, place)).join('')
}

function writePart(part: Part, place: Place): string {
  switch (part.kind) {
    case 'text':
      return part.text
    case 'path': {
      const written = writePath(part.path, place)
      // Begins with text, since Handlebars without escaping adds up numbers that stand side by side.
      return part.isRaw ? `:{{{${written}}}}` : `:{{${written}}}`
    }
    case 'section': {
      const inner = part.isInverse ? place : { ...place, scopes: place.scopes + 1, canLeave: false }
      const written = writePath(part.path, place)
      return `{{${part.isInverse ? '^' : '#'}${written}}}:${write(part.body, inner)}{{/${written}}}`
    }
    case 'block': {
      const [name = '', as] = part.name.split(' ')
      const { rest } = part
      const body = write(part.body, within(name, part.path, place, as !== undefined))
      const written = `{{#${name} ${writePath(part.path, place)}${as ? ' as |one two|' : ''}}}:${body}`
      if (!rest) return `${written}{{/${name}}}`
      if (rest.name === undefined) return `${written}{{else}}:${write(rest.body, place)}{{/${name}}}`
      const inner = within(rest.name, rest.path, place, false)
      return `${written}{{else ${rest.name} ${writePath(rest.path, place)}}}:${write(rest.body, inner)}{{/${name}}}`
    }
  }
}

function within(block: string, { up, name }: Path, place: Place, hasParams: boolean): Place {
  if (block !== 'each' && block !== 'with') return place
  const things = block === 'each' ? ['list', 'deep.list'] : ['deep', 'list.[1]']
  return {
    scopes: place.scopes + 1,
    canLeave: place.canLeave && up === 0 && things.includes(name),
    hasParams: place.hasParams || hasParams,
  }
}

/** Without `null`, which as `this` Handlebars takes for an empty map. */
const scalar = fc.constantFrom<unknown>('A&<', '', 0, 1, -1.5, true, false, '0')
const value = fc.oneof(
  scalar,
  fc.array(scalar, { maxLength: 3 }),
  fc.dictionary(fc.constantFrom('a', 'b', 'x'), scalar),
)
const { thing } = fc.letrec<{ thing: object; list: object[] }>((tie) => ({
  thing: fc.record(
    {
      a: value,
      b: value,
      'b c': scalar,
      list: tie('list'),
      deep: fc.oneof({ maxDepth: 2 }, fc.constant({ a: 1 }), tie('thing')),
    },
    { requiredKeys: [] },
  ),
  list: fc.oneof({ maxDepth: 2 }, fc.constant<object[]>([]), fc.array(tie('thing'), { maxLength: 3 })),
}))

test('any template gives what Handlebars gives, whatever it is given', () => {
  fc.assert(
    fc.property(template, thing, fc.boolean(), (template, thing, escapeHtml) => {
      const source = write(template, { scopes: 0, canLeave: true, hasParams: false })
      const values: Payload = { ...thing }
      const expected = Handlebars.compile(source, { noEscape: !escapeHtml })(printable(values))
      expect({ source, text: compileTemplate(source, { escapeHtml }).text(values) }).toEqual({ source, text: expected })
    }),
    { numRuns: 1000 },
  )
})
