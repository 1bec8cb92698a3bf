import { writeMarkup } from '../../values/markup.ts'
import type { ValueHelper } from '../helper.ts'

export const html: Readonly<Record<string, ValueHelper>> = {
  /** Of a document as the node `html-parser` gives it as JSON. */
  toHtml: ([document]) => writeMarkup(document),
}
