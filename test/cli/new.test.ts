import { readdir, readFile } from 'node:fs/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { parse } from 'yaml'
import { newApplication } from '../../cli/new.ts'
import { loadFolder } from '../../server/compose/load-folder.ts'
import { temporaryFolder } from '../e2e/flowpot-process.ts'
import { callCommand } from './call-command.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
beforeEach(async () => {
  folder = await temporaryFolder()
})
afterEach(() => folder.remove())

test.each(['123', 'true', 'null', '1e3', '007', 'lōm', 'a.b-c_d', 'constructor'])(
  'an application may be called %s, which is read as text',
  async (name) => {
    const { code } = await callCommand(() => newApplication(`${folder.path}/${name}`, {}))
    expect(code).toBe(0)
    expect(parse(await readFile(`${folder.path}/${name}/application.yaml`, 'utf8')).name).toBe(name)
    expect((await loadFolder(`${folder.path}/${name}`)).problems).toEqual([])
  },
)

test.each([
  '..',
  'pots/..',
  'pots/.',
  '.hidden',
  '-x',
  'a b',
  'a\nb',
  'a\0b',
  'a\u202eb',
  'a:b',
  'a#b',
  '$(id)',
  '*',
  'a\\b',
  '"a"',
  'ä'.repeat(65),
  'a'.repeat(100_000),
])('an application cannot be called %j: nothing is made', async (name) => {
  const { code, errors } = await callCommand(() => newApplication(`${folder.path}/${name}`, {}))
  expect([code, errors]).toEqual(['CLI_CALL_WRONG', expect.stringMatching(/does not end in a name/)])
  expect(await readdir(folder.path)).toEqual([])
})
