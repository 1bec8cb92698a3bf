import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { loadApplication } from '../../engine/load/load-application.ts'
import { helperNames } from '../../engine/templates/template.ts'
import { nodeTypes, triggerTypes } from '../../nodes/index.ts'
import { describeActions } from '../../platform/resources/catalogue.ts'

const page = readFileSync(new URL('../../docs/flow-format.md', import.meta.url), 'utf8')
const samples = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = '']) => text)

function problemsIn(file: string, text: string) {
  return loadApplication([{ file, text }], {
    nodeTypes,
    triggerTypes,
    actions: describeActions(),
    env: { STRIPE_KEY: 'k', READINGS_URL: 'postgres://127.0.0.1/readings' },
  }).problems
}

/** What the page shows in part, made whole. */
function wholeFlow(sample: string): string {
  if (/^name:/.test(sample)) return sample
  if (/^nodes:/.test(sample)) return `name: a\non: { endpoint: GET /a }\n${sample}`
  if (/^on:/.test(sample)) return `name: a\n${sample}nodes:\n  - { type: reply }\n  - { id: apologise, type: reply }\n`
  const open = 'name: a\non: { button: a }\nnodes:\n'
  if (/^if:/.test(sample)) return `${open}  - type: conditional\n${sample.replace(/^/gm, '    ')}`
  return `${open}  - type: reply\n    body:\n${sample.replace(/^body:\n/, '').replace(/^ */gm, '      ')}`
}

describe('the page on the flow format', () => {
  const flows = samples.filter((sample) => !sample.includes('seeds:'))

  test('shows flows', () => {
    expect(flows.length).toBeGreaterThan(4)
  })

  test.each(flows)('shows what loads: %j', (sample) => {
    expect(problemsIn('a.yaml', wholeFlow(sample))).toEqual([])
  })

  test('shows an application that loads', () => {
    expect(problemsIn('application.yaml', samples.find((sample) => sample.includes('seeds:')) ?? '')).toEqual([])
  })

  test('names every helper, and no other', () => {
    const [, table = ''] = /^## Helpers$([\s\S]*?)```/m.exec(page) ?? []
    const rows = table.split('\n').filter((line) => /^\| (?!for \|)/.test(line))
    const named = rows.flatMap((row) =>
      [...(row.split('|')[2] ?? '').matchAll(/`([a-zA-Z0-9]+)`/g)].map(([, name]) => name),
    )
    expect(named.toSorted()).toEqual([...helperNames].toSorted())
  })

  const traps = [...page.matchAll(/^\| (`.*`) \| .* \| .* \|$/gm)]
    .filter(({ index }) => index > page.indexOf('## What YAML does'))
    .filter(({ index }) => index < page.indexOf('## application.yaml'))
    .flatMap(([, written = '']) => [...written.matchAll(/`([^`]+)`/g)].map(([, text = '']) => text))

  test('lists the traps of YAML', () => {
    expect(traps.length).toBeGreaterThan(9)
  })

  test.each(traps)('rightly says that %s is a trap', (trap) => {
    const text = `name: a\non: { button: a }\nnodes:\n  - type: reply\n    body:\n      b:\n        ${trap}\n`
    const problems = problemsIn('a.yaml', text)
    expect(problems).not.toEqual([])
    expect(problems[0]?.hint ?? problems[0]?.message).toBeTruthy()
    expect(problems[0]?.line).toBe(7)
  })
})
