import { toText } from '../../values/coerce.ts'
import { parseJson } from '../../values/json.ts'
import type { ValueHelper } from '../helper.ts'

export const json: Readonly<Record<string, ValueHelper>> = {
  /** Of a missing value it is `null` within JSON, and elsewhere the text `undefined`, as Losant prints it. */
  jsonEncode: ([value, spacer], { isJson }) =>
    JSON.stringify(value, null, typeof spacer === 'number' || typeof spacer === 'string' ? spacer : undefined) ??
    (isJson ? 'null' : 'undefined'),
  /** `undefined` where it is no JSON that a payload may hold. */
  jsonDecode: ([value]) => {
    try {
      return parseJson(toText(value))
    } catch {
      return undefined
    }
  },
}
