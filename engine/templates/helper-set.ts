/** Every helper that a template may call: Handlebars' own and Losant's. */
import type { ConditionHelper, ValueHelper } from './helper.ts'
import { collections } from './helpers/collections.ts'
import { conditions } from './helpers/conditions.ts'
import { encoding } from './helpers/encoding.ts'
import { format } from './helpers/format.ts'
import { gps } from './helpers/gps.ts'
import { html } from './helpers/html.ts'
import { json } from './helpers/json.ts'
import { math } from './helpers/math.ts'
import { text } from './helpers/text.ts'

export const valueHelpers: Readonly<Record<string, ValueHelper>> = {
  ...math,
  ...text,
  ...json,
  ...encoding,
  ...html,
  ...collections,
  ...format,
  ...gps,
}

export const conditionHelpers: Readonly<Record<string, ConditionHelper>> = conditions

/** Blocks in which names are read from another place. */
export const scopeHelpers: ReadonlySet<string> = new Set(['each', 'with'])

/** Blocks, for "did you mean". */
export const blockNames: readonly string[] = [...scopeHelpers, ...Object.keys(conditionHelpers)]

/** Their result is JSON, which HTML's escapes would spoil: a template that escapes HTML escapes it as JSON does. */
export const jsonHelpers: ReadonlySet<string> = new Set(['jsonEncode'])

/** Helpers whose result is text, whatever they are given. */
export const textHelpers: ReadonlySet<string> = new Set([
  ...[text, encoding, html, format].flatMap((helpers) => Object.keys(helpers)),
  'jsonEncode',
  'typeof',
  'formatGps',
])

/** Losant's helpers that are not here, and why. */
export const unavailableHelpers: ReadonlyMap<string, string> = new Map(
  Object.entries({
    template: 'renders text of the payload as a template, which would let a client write templates',
    evalExpression: 'evaluates text of the payload as an expression, which would let a client write expressions',
    file: 'needs the files of the application, which do not exist yet',
    dashboardUrl: 'needs dashboards, which do not exist yet',
    colorMarker: 'needs dashboards, which do not exist yet',
  }),
)

const names: ReadonlySet<string> = new Set([...Object.keys(valueHelpers), ...blockNames])

export const helperNames: readonly string[] = [...names]

export function isHelper(name: string): boolean {
  return names.has(name)
}
