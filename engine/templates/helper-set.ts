/** Every helper that a template may call: Handlebars' own and Losant's. */
import type { ConditionHelper, ValueHelper } from './helper.ts'
import { collections } from './helpers/collections.ts'
import { conditions } from './helpers/conditions.ts'
import { encoding } from './helpers/encoding.ts'
import { format } from './helpers/format.ts'
import { gps } from './helpers/gps.ts'
import { json } from './helpers/json.ts'
import { math } from './helpers/math.ts'
import { text } from './helpers/text.ts'

export const valueHelpers: ReadonlyMap<string, ValueHelper> = new Map(
  Object.entries({ ...math, ...text, ...json, ...encoding, ...collections, ...format, ...gps }),
)

export const conditionHelpers: ReadonlyMap<string, ConditionHelper> = new Map(Object.entries(conditions))

/** `each` and `with` change where names are read from. */
export const blockNames: readonly string[] = ['each', 'with', ...conditionHelpers.keys()]

export const helperNames: readonly string[] = [...valueHelpers.keys(), ...blockNames]

/** Helpers whose result is text, whatever their arguments. */
export const textHelpers: ReadonlySet<string> = new Set([
  ...[text, encoding, format].flatMap((helpers) => Object.keys(helpers)),
  'jsonEncode',
  'typeof',
  'formatGps',
])

/** Helpers of Losant that are not available here, each with the reason. */
export const unavailableHelpers: ReadonlyMap<string, string> = new Map(
  Object.entries({
    template: 'renders text of the payload as a template, which would let a client write templates',
    evalExpression: 'evaluates text of the payload as an expression, which would let a client write expressions',
    file: 'needs the files of the application, which do not exist yet',
    dashboardUrl: 'needs dashboards, which do not exist yet',
    colorMarker: 'needs dashboards, which do not exist yet',
  }),
)
