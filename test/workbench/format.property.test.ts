/** Formatting changes neither what a file says nor its comments, and is done the second time. */
import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { format } from '../../workbench/language/format.ts'
import { damagedFlow } from '../engine/wrong-flows/any-wrong-flow.ts'
import { exampleFlows, generatedFlow } from '../engine/wrong-flows/sound-flows.ts'

const folder = new URL('../../flows/', import.meta.url)

test.each(readdirSync(folder))('leaves the sample file %s as it is, but for aligned comments', (name) => {
  const text = readFileSync(new URL(name, folder), 'utf8')
  expect(format(name, text)?.replace(/ +#/g, ' #')).toBe(text.replace(/ +#/g, ' #'))
})

test('formats every sound flow once and for all', () => {
  const flow = fc.oneof(fc.constantFrom(...exampleFlows), generatedFlow)
  fc.assert(
    fc.property(flow, ({ text }) => {
      const formatted = format('flow.yaml', text)
      expect(formatted).toBeDefined()
      expect(format('flow.yaml', formatted ?? '')).toBe(formatted)
      expect(parse(formatted ?? '')).toEqual(parse(text))
    }),
  )
})

test('leaves a damaged file alone, or as what it was', () => {
  fc.assert(
    fc.property(damagedFlow, ({ text }) => {
      const formatted = format('flow.yaml', text)
      if (formatted !== undefined)
        expect(parse(formatted, { logLevel: 'silent' })).toEqual(parse(text, { logLevel: 'silent' }))
    }),
  )
})

test('evens out indentation, spaces and blank lines, and keeps comments, quotes and texts of several lines', () => {
  const text = `# head
name:    X   # why

on: {button: go}


nodes:
- type: debug
  message: >-
     one
       two
  # before id
  id:   'a'
-   type: debug
    message: {a: "1",b: [1]}
    level: info # last
`
  expect(format('flow.yaml', text)).toBe(`# head
name: X # why

on: { button: go }

nodes:
  - type: debug
    message: >-
       one
         two
    # before id
    id: 'a'
  - type: debug
    message: { a: "1", b: [ 1 ] }
    level: info # last
`)
})
