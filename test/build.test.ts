/** The build that `npm start` serves from, on a small checkout of its own. */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'

const checkout = fileURLToPath(new URL('..', import.meta.url))
let root: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'flowpot-test-'))
  for (const file of ['build.mjs', 'package.json', 'tsconfig.json']) cpSync(join(checkout, file), join(root, file))
  mkdirSync(join(root, 'node_modules'))
  for (const name of ['esbuild', '@esbuild'])
    symlinkSync(join(checkout, 'node_modules', name), join(root, 'node_modules', name))
  write('node_modules/.package-lock.json', '{}')
  write('sandbox/script-thread.ts', 'export {}')
  write('greet.ts', "export const greet = (name: string): string => 'Hello ' + name")
  write('cli.ts', "import { greet } from './greet.ts'\nconsole.log(greet('Ada'))")
})

afterEach(() => rmSync(root, { recursive: true }))

function write(file: string, text: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true })
  writeFileSync(join(root, file), text)
}

function node(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' })
  return { status, output: stdout.trim(), errors: stderr }
}

const build = () => node('build.mjs')
const start = () => node('--enable-source-maps', 'dist/cli.js')

it('serves what the sources say, after each change of theirs', () => {
  expect([build().status, start().output]).toEqual([0, 'Hello Ada'])
  write('greet.ts', "export const greet = (name: string): string => 'Howdy ' + name")
  expect([build().status, start().output]).toEqual([0, 'Howdy Ada'])
  write('cli.ts', "import { shout } from './shout.ts'\nconsole.log(shout('Ada'))")
  write('shout.ts', 'export const shout = (name: string): string => name.toUpperCase()')
  expect([build().status, start().output]).toEqual([0, 'ADA'])
  rmSync(join(root, 'dist/cli.js'))
  expect([build().status, start().output]).toEqual([0, 'ADA'])
})

it('leaves everything as it is where nothing has changed', () => {
  build()
  const before = statSync(join(root, 'dist/cli.js')).mtimeMs
  expect(build()).toEqual({ status: 0, output: '', errors: '' })
  expect(statSync(join(root, 'dist/cli.js')).mtimeMs).toBe(before)
})

it('fails on a source that is none, says where, and leaves the build before it', () => {
  build()
  write('greet.ts', 'export const greet = (')
  const { status, errors } = build()
  expect(status).toBe(1)
  expect(errors).toContain('greet.ts:1:')
  expect(start().output).toBe('Hello Ada')
})

it('names file and line of the source where something is thrown', () => {
  write('greet.ts', "\n\nexport function greet(): never {\n  throw new Error('No greeting')\n}")
  build()
  expect(start().errors).toMatch(/Error: No greeting\n\s+at .*greet\.ts:4:9/)
})

it('keeps what a server that runs may still load, and nothing older', () => {
  const loadLate = (text: string) => write('late.ts', `export const late = '${text}'`)
  write('cli.ts', "const { late } = await import('./late.ts')\nconsole.log(late)")
  const late = () => readdirSync(join(root, 'dist')).filter((name) => /^late-\w+\.js$/.test(name))
  loadLate('first')
  build()
  const [first] = late()
  loadLate('second')
  build()
  expect(late()).toHaveLength(2)
  expect(late()).toContain(first)
  loadLate('third')
  build()
  expect(late()).toHaveLength(2)
  expect(late()).not.toContain(first)
  expect(start().output).toBe('third')
})
