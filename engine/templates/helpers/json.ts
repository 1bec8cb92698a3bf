import { toText } from '../../values/coerce.ts'
import { parseJson } from '../../values/json.ts'
import type { ValueHelper } from '../helper.ts'

export const json: Readonly<Record<string, ValueHelper>> = {
  /** A missing value becomes `null` within JSON, and elsewhere the text `undefined`, as in Losant. */
  jsonEncode: ([value, spacer], { isJson }) =>
    JSON.stringify(value, null, typeof spacer === 'number' || typeof spacer === 'string' ? spacer : undefined) ??
    (isJson ? 'null' : 'undefined'),
  /** `undefined` if the text is not JSON that a payload may contain. */
  jsonDecode: ([value]) => {
    try {
      return parseJson(toText(value))
    } catch {
      return undefined
    }
  },
}
