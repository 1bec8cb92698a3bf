/** A checker that remembers finds what one finds that has never seen the folder. */
import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { SourceFile } from '../../engine/source/position.ts'
import { createFolderChecker } from '../../workbench/check-folder.ts'

const folder = new URL('../../flows/', import.meta.url)
const sample = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => ({ file: `flows/${name}`, text: readFileSync(new URL(name, folder), 'utf8') }))

/** A custom node and a flow that uses it, which read what the other file says. */
const using: readonly SourceFile[] = [
  {
    file: 'flows/half.yaml',
    text: 'name: Half\non: { custom-node: half, inputs: { of: { type: number } } }\nnodes:\n  - { type: return, value: { half: << divide data.of 2 >> } }\n',
  },
  {
    file: 'flows/use-half.yaml',
    text: 'name: Use half\non: { button: go }\nnodes:\n  - { type: custom-node, node: half, with: { of: 3 }, result: working }\n  - { id: say, type: debug, message: << working.half >> }\n',
  },
  {
    file: 'flows/use-half.test.yaml',
    text: '- name: halves\n  trigger: { data: {} }\n  expect: { visits: [say] }\n',
  },
]

/** Edits with which another file than the one that changed is wrong, or is no longer. */
const edits: readonly (readonly [file: string, from: string, to: string])[] = [
  ['half', 'half: <<', 'halved: <<'],
  ['half', 'custom-node: half', 'custom-node: halve'],
  ['half', 'inputs: { of:', 'inputs: { off:'],
  ['half', '- { type: return', '- { type: retrn'],
  ['use-half', 'id: say', 'id: tell'],
  ['use-half', 'button: go', 'button: [go'],
  ['application', 'name: ', 'nam: '],
  ['application', 'name: admins', 'name: others'],
  ['register-device', '<< data.body.deviceName >>', '<< data.body.'],
]

test('finds the same with a memory of earlier edits as without one', () => {
  const edit = fc.tuple(fc.constantFrom(...edits), fc.boolean())
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 6 }), (steps) => {
      const check = createFolderChecker()
      let sources: readonly SourceFile[] = [...sample, ...using]
      for (const [[name, from, to], isUndone] of steps) {
        sources = sources.map((source) => {
          if (source.file !== `flows/${name}.yaml`) return source
          const text = isUndone ? source.text.replace(to, from) : source.text.replace(from, to)
          return text === source.text ? source : { ...source, text }
        })
        expect(check(sources).problems).toEqual(createFolderChecker()(sources).problems)
      }
    }),
    { numRuns: 30 },
  )
})
