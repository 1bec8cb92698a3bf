/** `flowpot check` on a folder whose flows are all wrong. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect } from 'vitest'
import { damagedFlow, wrongFlow } from '../engine/wrong-flows/any-wrong-flow.ts'
import { applicationFile } from '../nodes/run-node.ts'
import { it } from './it.ts'

const folderOfWrongFlows = fc.tuple(
  fc.array(wrongFlow, { minLength: 60, maxLength: 60 }),
  fc.array(damagedFlow, { minLength: 20, maxLength: 20 }),
  fc.array(fc.uint8Array({ minLength: 1 }), { minLength: 10, maxLength: 10 }),
)

type Generated = typeof folderOfWrongFlows extends fc.Arbitrary<infer Value> ? Value : never

it('reports every problem in a folder of wrong files, and never crashes', async ({ scene }) => {
  const check = async ([wrong, damaged, bytes]: Generated) => {
    const folder = await scene.folder({
      [applicationFile.file]: applicationFile.text,
      ...Object.fromEntries(wrong.map(({ text }, index) => [`wrong-${index}.yaml`, text])),
      ...Object.fromEntries(damaged.map(({ text }, index) => [`damaged-${index}.yaml`, text])),
    })
    for (const [index, content] of bytes.entries()) await writeFile(join(folder, `bytes-${index}.yaml`), content)

    const shown = scene.cli(['check', folder])
    expect([await shown.ended(), shown.stderr.text()]).toEqual([1, ''])
    expect(shown.stdout.text()).not.toMatch(/^ +at /m)
    expect(shown.stdout.text()).toMatch(/\d+ problems in \d+ files\.\n$/)

    const json = scene.cli(['check', folder, '--json'])
    expect([await json.ended(), json.stderr.text()]).toEqual([1, ''])
    const { problems }: { problems: { file: string; line: number; code: string }[] } = JSON.parse(json.stdout.text())
    const told = new Set(problems.map(({ file, line, code }) => `${file.slice(folder.length + 1)}:${line} ${code}`))
    const untold = wrong.flatMap((flow, index) =>
      flow.wrong.filter(({ line, codes }) => !codes.some((code) => told.has(`wrong-${index}.yaml:${line} ${code}`))),
    )
    expect(untold).toEqual([])
  }
  await fc.assert(fc.asyncProperty(folderOfWrongFlows, check), { numRuns: 1, endOnFailure: true })
})
