import { load } from 'cheerio'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { writeMarkup } from '../../../engine/values/markup.ts'

it('a document, whatever a client put into it, makes no script for a browser', () => {
  const value = fc.oneof(
    fc.constantFrom('<script>', '--><script>', '--!><script>', ']]><script>', '"><script>', '?><script>', '-', '>', ''),
    fc.string(),
  )
  const node = fc.record({
    type: fc.constantFrom('text', 'cdata', 'comment', 'element', 'doctype', 'instruction'),
    name: value,
    value,
    doctype: value,
    instruction: value,
    attributes: fc.dictionary(value, value),
  })
  fc.assert(
    fc.property(fc.array(node), (children) => {
      expect(load(writeMarkup({ children }))('script')).toHaveLength(0)
    }),
    { numRuns: 500 },
  )
})
