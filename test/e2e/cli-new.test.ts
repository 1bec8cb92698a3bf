/** `flowpot new` creates an application that works at once, and changes nothing that exists. */
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { request, runCli } from './flowpot-process.ts'
import { it } from './it.ts'

const made = ['.gitignore', 'application.yaml', 'hello.test.yaml', 'hello.yaml']

describe.concurrent('flowpot new', () => {
  it('creates an application that passes its check and its test, and can be served', async ({ scene }) => {
    const cwd = await scene.folder()
    const { code, output, errors } = await runCli(['new', 'pots'], { cwd })
    expect([code, errors]).toEqual([0, ''])
    expect(output).toMatch(/^Made pots: .*hello\.yaml.*\n\nNext:\n {2}cd pots\n {2}flowpot test \.\n/s)
    expect((await readdir(join(cwd, 'pots'))).sort()).toEqual(made)
    expect(await readFile(join(cwd, 'pots/.gitignore'), 'utf8')).toMatch(/^\.flowpot\/$/m)

    const check = await runCli(['check', 'pots'], { cwd })
    expect(check).toEqual({ code: 0, output: '1 flow, 1 endpoint, 1 test: no problems.\n', errors: '' })
    expect(await runCli(['test', 'pots'], { cwd })).toMatchObject({
      code: 0,
      output: expect.stringMatching(/1 test: all passed/),
    })
    const { experience } = await scene.start({ folder: join(cwd, 'pots') })
    const answer = await request(`${experience}/hello/Ada`)
    expect(answer).toMatchObject({ status: 200, body: { message: 'Hello, Ada!' } })
  })

  it('takes a path, and an empty folder', async ({ scene }) => {
    const cwd = await scene.folder()
    await mkdir(join(cwd, 'apps/pots'), { recursive: true })
    const { code, output } = await runCli(['new', 'apps/pots/', '--json'], { cwd })
    expect(code).toBe(0)
    expect(JSON.parse(output)).toEqual({
      folder: 'apps/pots',
      files: ['application.yaml', 'hello.yaml', 'hello.test.yaml', '.gitignore'].map((name) => `apps/pots/${name}`),
    })
    expect((await readdir(join(cwd, 'apps/pots'))).sort()).toEqual(made)
  })

  it.for([
    [['new'], /missing required argument 'name'/],
    [['new', 'a', 'b'], /too many arguments/],
    [['new', '-x'], /unknown option '-x'/],
    [['new', '--', '-x'], /^error CLI_CALL_WRONG: "-x" does not end in a name.*\n {2}hint: A name begins with/],
    [['new', ''], /does not end in a name/],
    [['new', '.'], /does not end in a name/],
    [['new', '/'], /does not end in a name/],
    [['new', 'none/pots'], /none\/pots cannot be written: its folder does not exist/],
    [['new', 'file/pots'], /file\/pots cannot be written: a part of the path is not a folder/],
  ] as const)('called with %j says what is wrong and ends with 2', async ([args, message], { scene }) => {
    const cwd = await scene.folder({ file: '' })
    const { code, output, errors } = await runCli(args, { cwd })
    expect([code, output]).toEqual([2, ''])
    expect(errors).toMatch(message)
    expect(await readdir(cwd)).toEqual(['file'])
  })

  it('leaves a folder that is not empty, a file and a link as they are, and exits 1', async ({ scene }) => {
    const cwd = await scene.folder({ file: 'mine' })
    await mkdir(join(cwd, 'full'))
    await writeFile(join(cwd, 'full/hello.yaml'), 'mine')
    await mkdir(join(cwd, 'elsewhere'))
    await symlink('elsewhere', join(cwd, 'link'))
    for (const name of ['full', 'file', 'link']) {
      const { code, output, errors } = await runCli(['new', name], { cwd })
      expect([code, output]).toEqual([1, ''])
      expect(errors).toMatch(`error CLI_ALREADY_THERE: ${name} is there already, and nothing is overwritten.`)
    }
    expect((await readdir(cwd)).sort()).toEqual(['elsewhere', 'file', 'full', 'link'])
    expect(await readdir(join(cwd, 'elsewhere'))).toEqual([])
    expect(await readdir(join(cwd, 'full'))).toEqual(['hello.yaml'])
    expect(await readFile(join(cwd, 'full/hello.yaml'), 'utf8')).toBe('mine')
    expect(await readFile(join(cwd, 'file'), 'utf8')).toBe('mine')
  })

  it('creates one folder when several processes ask for it at once', async ({ scene }) => {
    const cwd = await scene.folder()
    const ends = await Promise.all([1, 2, 3].map(() => runCli(['new', 'pots'], { cwd })))
    expect(ends.map(({ code }) => code).sort()).toEqual([0, 1, 1])
    expect(await readdir(cwd)).toEqual(['pots'])
    expect((await readdir(join(cwd, 'pots'))).sort()).toEqual(made)
  })
})
