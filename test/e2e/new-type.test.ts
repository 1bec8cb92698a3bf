/** `npm run new`, in a copy of the checkout: what it makes passes what CONTRIBUTING.md asks of a new type. */
import { spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import { copyCheckout } from './copy-checkout.ts'
import { it } from './it.ts'

it('begins a node type that compiles, has a page and passes the tests of its examples, and a trigger type of which the compiler says what is missing', async ({
  scene,
}) => {
  const cwd = await copyCheckout(scene)
  const run = (program: string, ...args: string[]) => spawnSync(program, args, { cwd, encoding: 'utf8' })
  expect(run('npm', 'run', 'new', 'node', 'logic/reverse-text').status).toBe(0)
  expect(await readFile(join(cwd, 'docs/reference/nodes/reverse-text.md'), 'utf8')).toContain('# reverse-text')
  const examples = ['run', '--project', 'unit', 'test/nodes/examples.test.ts', '-t', 'reverse-text']
  expect(run('npx', 'vitest', ...examples)).toMatchObject({ status: 0, stdout: expect.stringMatching(/3 passed/) })
  const again = run('npm', 'run', '--silent', 'new', 'node', 'logic/reverse-text')
  expect(again).toMatchObject({ status: 1, stderr: 'nodes/logic/reverse-text.ts is there already.\n' })

  expect(run('npm', 'run', 'new', 'trigger', 'doorbell').status).toBe(0)
  const complaints = run('npx', 'tsc')
    .stdout.split('\n')
    .filter((line) => /^\S/.test(line))
  expect(complaints).not.toEqual([])
  for (const complaint of complaints) expect(complaint).toMatch(/^nodes\/triggers\/doorbell\.ts.*"doorbell"/)
})
