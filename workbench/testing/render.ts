/** Renders the templates of a test, which read what earlier steps saved, and the user who asks. */

import { defineError } from '../../contracts/errors.ts'
import { nearestName } from '../../engine/source/nearest-name.ts'
import type { DocumentPath } from '../../engine/source/position.ts'
import type { Reporter } from '../../engine/source/reporter.ts'
import { compileTemplate } from '../../engine/templates/template.ts'
import type { Payload } from '../../engine/values/payload.ts'
import { AnyValue, Match, Partially } from './matchers.ts'

const testValueMissing = defineError<{ place: string; template: string }>(
  'TEST_VALUE_MISSING',
  500,
  ({ place, template }) => `${place}: ${template} gives nothing.`,
)

/** What templates of a test read. */
export interface Known {
  readonly saved: Payload
  /** The experience user who asks. */
  readonly user: unknown
}

export type Render = (known: Known) => unknown

/** `saves` are the names that earlier steps save. */
export function compileRender(raw: unknown, at: DocumentPath, reporter: Reporter, saves: ReadonlySet<string>): Render {
  if (typeof raw === 'string') return compileText(raw, at, reporter, saves)
  if (raw instanceof Match) {
    const pattern = compileText(raw.pattern, at, reporter, saves)
    checkPattern(raw.pattern, at, reporter)
    return (known) => new Match(String(pattern(known)))
  }
  if (raw instanceof Partially) {
    const value = compileRender(raw.value, at, reporter, saves)
    return (known) => new Partially(value(known))
  }
  if (typeof raw !== 'object' || raw === null || raw instanceof AnyValue) return () => raw
  const parts = Object.entries(raw).map(([key, value]) => {
    const segment = Array.isArray(raw) ? Number(key) : key
    return [key, compileRender(value, [...at, segment], reporter, saves)] as const
  })
  if (Array.isArray(raw)) return (known) => parts.map(([, render]) => render(known))
  return (known) => Object.fromEntries(parts.map(([key, render]) => [key, render(known)]))
}

function compileText(text: string, at: DocumentPath, reporter: Reporter, saves: ReadonlySet<string>): Render {
  if (!/<<|\{\{/.test(text)) return () => text
  const template = reporter.parse(at, () => compileTemplate(text))
  for (const { path, offset, length } of template?.reads ?? []) {
    const [root = '', name = ''] = path.segments
    const place = { code: 'TEST_INVALID', at, offset, length } as const
    if (root !== 'saved' && root !== 'user') {
      const message = `Templates of a test know "saved" and "user", not "${root}".`
      reporter.report({ ...place, message, hint: 'Save a value in a step before: save: { token: body.token }.' })
    } else if (root === 'saved' && !saves.has(name)) {
      const nearest = nearestName(name, saves)
      const hint = nearest === undefined ? `Write save: { ${name}: body.… } there.` : `Did you mean saved.${nearest}?`
      reporter.report({ ...place, message: `No step before saves "${name}".`, hint })
    }
  }
  const { line } = reporter.place(at)
  const { file } = reporter.document.source
  return (known) => {
    const value = template?.value({ ...known })
    if (value === undefined) throw testValueMissing({ place: `${file}:${line}`, template: text })
    return value
  }
}

function checkPattern(pattern: string, at: DocumentPath, reporter: Reporter): void {
  if (/<<|\{\{/.test(pattern)) return
  try {
    new RegExp(pattern, 'u')
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const hint = 'A pattern is a regular expression of JavaScript.'
    reporter.report({ code: 'TEST_INVALID', at, message: `${message}.`, hint })
  }
}
