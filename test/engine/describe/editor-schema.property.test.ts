/** The schema that editors get never refuses a flow that loads. */
import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { isFlowFile } from '../../../engine/load/file-kinds.ts'
import { complaints, loads } from './editor-complaints.ts'

/** A copy in which what stands at the n-th place is another value, or is gone. */
function change(value: unknown, place: { left: number }, replacement: unknown): unknown {
  place.left -= 1
  if (place.left === 0) return replacement
  if (Array.isArray(value)) return value.map((item) => change(item, place, replacement))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, below]) => [key, change(below, place, replacement)]))
}

test('never refuses a flow that loads, whatever was changed in it', () => {
  const flows = readdirSync('flows').filter(isFlowFile)
  const replacement = fc.constantFrom<unknown>(undefined, null, true, 0, 200, '201', 'end', '<< data.body.a >>', [], {})
  let loaded = 0
  fc.assert(
    fc.property(fc.constantFrom(...flows), fc.integer({ min: 2, max: 60 }), replacement, (name, left, put) => {
      const text = stringify(change(parse(readFileSync(`flows/${name}`, 'utf8')), { left }, put))
      if (!loads(name, text)) return
      loaded += 1
      expect(complaints(text)).toEqual([])
    }),
    { numRuns: 300 },
  )
  expect(loaded).toBeGreaterThan(30)
})
