/** `flowpot schema` writes the schema against which an editor checks files. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { default as addFormats } from 'ajv-formats'
import { describe, expect } from 'vitest'
import { parse } from 'yaml'
import { checkout, runCli } from './flowpot-process.ts'
import { it } from './it.ts'

function validator(schema: string) {
  const ajv = new Ajv({ strict: false })
  addFormats.default(ajv)
  return ajv.compile(JSON.parse(schema))
}

describe.concurrent('flowpot schema', () => {
  it('prints a schema that accepts the sample application and a new one', async ({ scene }) => {
    const { code, output, errors } = await runCli(['schema'])
    expect([code, errors]).toEqual([0, ''])
    // Editors read it again for each file that they open.
    expect(output.length).toBeLessThan(300_000)
    const validate = validator(output)
    const cwd = await scene.folder()
    await runCli(['new', 'pots'], { cwd })
    await runCli(['add', 'endpoint', 'PUT /pots/{id}', '--folder', 'pots'], { cwd })
    const folders = [join(checkout, 'flows'), join(cwd, 'pots')]
    const files = await Promise.all(
      folders.map(async (folder) =>
        (await readdir(folder)).filter((name) => name.endsWith('.yaml')).map((name) => join(folder, name)),
      ),
    )
    expect(files.flat().length).toBeGreaterThan(10)
    for (const file of files.flat()) {
      expect([file, validate(parse(await readFile(file, 'utf8'), { logLevel: 'error' })), validate.errors]).toEqual([
        file,
        true,
        null,
      ])
    }
    expect(validate({ name: 'a', on: { button: 'b' }, nodes: [{ type: 'repyl' }] })).toBe(false)
  })

  it('prints the schema on one line with --json', async () => {
    const [text, json] = await Promise.all([runCli(['schema']), runCli(['schema', '--json'])])
    expect(json.output.trimEnd().split('\n')).toHaveLength(1)
    expect(JSON.parse(json.output)).toEqual(JSON.parse(text.output))
  })

  it('writes the schema to a file, and replaces an older one', async ({ scene }) => {
    const cwd = await scene.folder({ 'flow.schema.json': 'old' })
    const written = await runCli(['schema', '--out', 'flow.schema.json'], { cwd })
    expect([written.code, written.output]).toEqual([
      0,
      'Wrote flow.schema.json. How an editor finds it: flowpot schema --help\n',
    ])
    expect(await readFile(join(cwd, 'flow.schema.json'), 'utf8')).toBe((await runCli(['schema'])).output)
    const json = await runCli(['schema', '--out', 'flow.schema.json', '--json'], { cwd })
    expect([json.code, json.output]).toEqual([0, '{"file":"flow.schema.json"}\n'])
  })

  it.for([
    [['--out', 'none/flow.schema.json'], /cannot be written: its folder does not exist/],
    [['--out', '.'], /\. cannot be written: it is a folder/],
    [['--out', ''], /cannot be written/],
    [['--out'], /option '--out <file>' argument missing/],
    [['flows'], /folder flows cannot be read: it does not exist/],
    [['flows', 'more'], /too many arguments/],
    [['--oot', 'x'], /unknown option '--oot'\n\(Did you mean --out\?\)/],
  ] as const)('called with %j says what is wrong and ends with 2', async ([args, message], { scene }) => {
    const cwd = await scene.folder()
    const { code, output, errors } = await runCli(['schema', ...args], { cwd })
    expect([code, output]).toEqual([2, ''])
    expect(errors).toMatch(message)
    expect(await readdir(cwd)).toEqual([])
  })

  it('explains how an editor finds the schema', async () => {
    const { code, output } = await runCli(['schema', '--help'])
    expect(code).toBe(0)
    expect(output).toContain('# yaml-language-server: $schema=flow.schema.json')
    expect(output).toContain('"yaml.schemas": { "flows/flow.schema.json": "flows/*.yaml" }')
    expect(output).toContain('"yaml.customTags": ["!any scalar"')
  })

  it('exits quietly when its reader closes the pipe early', async ({ scene }) => {
    const { child, stderr, ended } = scene.cli(['schema'])
    child.stdout.destroy()
    expect([await ended(), stderr.text()]).toEqual([0, ''])
  })
})
