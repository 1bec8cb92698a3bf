/** The build that `npm start` serves from, on a small checkout of its own. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const checkout = fileURLToPath(new URL('..', import.meta.url))
let root: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'flowpot test-'))
  for (const file of ['build.mjs', 'package.json', 'tsconfig.json']) cpSync(join(checkout, file), join(root, file))
  mkdirSync(join(root, 'node_modules'))
  for (const name of ['esbuild', '@esbuild'])
    symlinkSync(join(checkout, 'node_modules', name), join(root, 'node_modules', name))
  write('node_modules/.package-lock.json', '{}')
  write('server/sandbox/script-thread.ts', 'export {}')
  write('greet.ts', "export const greet = (name: string): string => 'Hello ' + name")
  write('cli.ts', "import { greet } from './greet.ts'\nconsole.log(greet('Ada'))")
})

afterEach(() => rmSync(root, { recursive: true }))

function write(file: string, text: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true })
  writeFileSync(join(root, file), text)
}

function node(...args: string[]) {
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' })
  return { status, signal, output: stdout.trim(), errors: stderr }
}

const build = (...flags: string[]) => node(...flags, 'build.mjs')
const start = () => node('--enable-source-maps', 'dist/cli.js')

/** What goes wrong in a build happens in its calls of the file system: `code` may replace those of `fs`. */
function buildWhere(code: string) {
  const prelude = join(root, 'node_modules/prelude.mjs')
  writeFileSync(
    prelude,
    `import fs from 'node:fs/promises'
    import { syncBuiltinESMExports } from 'node:module'
    const real = { ...fs }
    ${code}
    syncBuiltinESMExports()`,
  )
  return build('--import', pathToFileURL(prelude).href)
}

/** Makes the build run `code` once it has read the sources. */
function afterReading(code: string): void {
  const real = pathToFileURL(join(checkout, 'node_modules/esbuild/lib/main.js'))
  rmSync(join(root, 'node_modules/esbuild'))
  write('node_modules/esbuild/package.json', '{ "type": "module", "exports": "./index.js" }')
  write(
    'node_modules/esbuild/index.js',
    `import esbuild from '${real}'
    import { existsSync, renameSync, writeFileSync } from 'node:fs'
    export async function build(options) {
      const result = await esbuild.build(options)
      ${code}
      return result
    }`,
  )
}

/** The folders of builds. */
const builds = () => readdirSync(join(root, 'dist')).filter((name) => name !== 'cli.js')

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
  expect(build()).toMatchObject({ status: 0, output: '', errors: '' })
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
  const late = () =>
    readdirSync(join(root, 'dist'), { recursive: true }).filter((name) => /late-\w+\.js$/.test(String(name)))
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

it('is made from whatever folder it is called', () => {
  const { status } = spawnSync(process.execPath, [join(root, 'build.mjs')], { cwd: tmpdir() })
  expect([status, start().output]).toEqual([0, 'Hello Ada'])
})

it.each(['build.mjs', 'package.json', 'tsconfig.json', 'node_modules/.package-lock.json'])(
  'is made again once %s is another',
  (file) => {
    build()
    const before = statSync(join(root, 'dist/cli.js')).mtimeMs
    utimesSync(join(root, file), new Date(), new Date(before + 1000))
    expect([build().status, start().output]).toEqual([0, 'Hello Ada'])
    expect(statSync(join(root, 'dist/cli.js')).mtimeMs).toBeGreaterThan(before)
  },
)

it('has the packages that are bundled as npm has last installed them', () => {
  const install = (version: string) => {
    write('node_modules/yaml/index.js', `export const version = '${version}'`)
    write('node_modules/.package-lock.json', `{ "packages": { "node_modules/yaml": { "version": "${version}" } } }`)
  }
  write('node_modules/yaml/package.json', '{ "type": "module", "exports": "./index.js" }')
  write('cli.ts', "import { version } from 'yaml'\nconsole.log(version)")
  install('1.0.0')
  expect([build().status, start().output]).toEqual([0, '1.0.0'])
  install('1.0.1')
  expect([build().status, start().output]).toEqual([0, '1.0.1'])
})

it.each([
  ['CommonJS', '{ "exports": "./index.js" }', "exports.version = '1.0.0'", 1],
  ['an ES module', '{ "type": "module", "exports": "./index.js" }', "export const version = '1.0.0'", 0],
])('of a package that is bundled and imported dynamically as %s ends with %s', (_kind, manifest, source, status) => {
  write('node_modules/yaml/package.json', manifest)
  write('node_modules/yaml/index.js', source)
  write('cli.ts', "const { version } = await import('yaml')\nconsole.log(version)")
  const made = build()
  expect(made.status).toBe(status)
  if (status === 0) expect(start().output).toBe('1.0.0')
  else expect(made.errors).toMatch(/^The build failed: cli\.ts imports node_modules\/yaml\/index\.js dynamically/)
})

it('is made again where a file of it is not as it was written', () => {
  build()
  const [made = ''] = builds()
  for (const file of ['dist/cli.js', `dist/${made}/cli.js`]) {
    writeFileSync(join(root, file), '')
    expect([build().status, start().output]).toEqual([0, 'Hello Ada'])
  }
})

it.each([
  ['written', "writeFileSync('greet.ts', 'export const greet = () => `Howdy`')"],
  ['replaced by an older one', "renameSync('older.ts', 'greet.ts')"],
])('is that of the newest sources where one is %s while it is made', (_how, change) => {
  const longAgo = new Date('2020-01-01')
  write('older.ts', 'export const greet = () => `Howdy`')
  utimesSync(join(root, 'older.ts'), longAgo, longAgo)
  afterReading(`if (existsSync('first')) { renameSync('first', 'second'); ${change} }`)
  write('first', '')
  expect([build().status, start().output]).toEqual([0, 'Howdy'])
  const before = statSync(join(root, 'dist/cli.js')).mtimeMs
  build()
  expect(statSync(join(root, 'dist/cli.js')).mtimeMs).toBe(before)
})

it('is made again by the next start where its sources never come to rest', () => {
  afterReading("writeFileSync('greet.ts', 'export const greet = () => ' + process.hrtime.bigint())")
  expect(build().status).toBe(0)
  const before = start().output
  expect(build().status).toBe(0)
  expect(start().output).not.toBe(before)
})

it('takes a source whose time lies ahead as any other', () => {
  const ahead = new Date(Date.now() + 86_400_000)
  utimesSync(join(root, 'greet.ts'), ahead, ahead)
  build()
  const before = statSync(join(root, 'dist/cli.js')).mtimeMs
  build()
  expect(statSync(join(root, 'dist/cli.js')).mtimeMs).toBe(before)
})

describe('a build that does not come to its end', () => {
  /** Writes sources that make more files than one; these and what was built of them can be restored, with their times. */
  function late(text: string) {
    write('late.ts', `export const late = '${text}'`)
    write('cli.ts', "const { late } = await import('./late.ts')\nconsole.log(late)")
    const saved = join(root, 'saved', text)
    const copy = (from: string, to: string) => cpSync(from, to, { recursive: true, preserveTimestamps: true })
    const files = ['late.ts', 'cli.ts']
    return {
      save: () => [...files, 'dist'].map((file) => copy(join(root, file), join(saved, file))),
      restore: () => files.map((file) => copy(join(saved, file), join(root, file))),
      restoreBuild() {
        rmSync(join(root, 'dist'), { recursive: true })
        copy(join(saved, 'dist'), join(root, 'dist'))
      },
    }
  }

  it('since it is killed leaves a whole one, and none that stands for other sources', () => {
    const first = late('first')
    build()
    first.save()
    for (let at = 1; ; at++) {
      first.restoreBuild()
      late('second')
      const { signal } = buildWhere(`let count = 0
        for (const name of ['mkdir', 'writeFile', 'rename', 'rm'])
          fs[name] = (...args) => (++count === ${at} ? process.kill(process.pid, 'SIGKILL') : real[name](...args))`)
      expect(start()).toMatchObject({ output: expect.stringMatching(/^(first|second)$/), errors: '' })
      if (signal === null) {
        expect(start().output).toBe('second')
        expect(at).toBeGreaterThan(5)
        break
      }
      // As an editor that undoes, or a backup, may.
      first.restore()
      expect([build().status, start().output]).toEqual([0, 'first'])
    }
  })

  it.each([
    ['writeFile', 'ENOSPC: no space left on device'],
    ['rename', 'EIO: i/o error'],
    ['mkdir', 'EROFS: read-only file system'],
  ])('since %s fails says so in a line, and leaves the one before', (call, reason) => {
    const first = late('first')
    build()
    first.save()
    late('second')
    const { status, errors } = buildWhere(`let count = 0
      fs.${call} = (...args) => (++count === 2 || '${call}' !== 'writeFile' ? Promise.reject(new Error('${reason}')) : real.${call}(...args))`)
    expect([status, errors]).toEqual([1, `The build failed: ${reason}\n`])
    expect([start().output, builds()]).toEqual(['first', [expect.any(String)]])
    expect([build().status, start().output]).toEqual([0, 'second'])
  })
})

it('is that of the newest sources where two are made at once', async () => {
  const greet = (word: string) => write('greet.ts', `export const greet = (): string => '${word}'`)
  greet('Hello')
  // The first holds what it has read until the sources are others and the second has begun.
  afterReading(`writeFileSync('read-' + process.pid, '')
    while (!existsSync('go-on')) await new Promise((turn) => setImmediate(turn))`)
  const begin = () => {
    const child = spawn(process.execPath, ['build.mjs'], { cwd: root, stdio: 'ignore' })
    return { child, ended: once(child, 'exit') }
  }
  const hasRead = (pid: number | undefined) => readdirSync(root).includes(`read-${pid}`)
  const first = begin()
  await expect.poll(() => hasRead(first.child.pid)).toBe(true)
  greet('Howdy')
  const second = begin()
  write('go-on', '')
  expect(await Promise.all([first.ended, second.ended])).toEqual([
    [0, null],
    [0, null],
  ])
  expect(start().output).toBe('Howdy')
  expect([build().status, start().output]).toEqual([0, 'Howdy'])
})
