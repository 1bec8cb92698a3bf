/** Holds the house: who may import whom. */
import { readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { describe, expect, test } from 'vitest'

/** Per room, the rooms that it may import besides itself; all may import `contracts`. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  contracts: [],
  engine: [],
  nodes: ['engine'],
  platform: [],
  server: ['engine', 'platform'],
  workbench: ['engine', 'platform', 'server'],
  cli: ['workbench', 'server', 'engine'],
}

/** Per room its floors, from the ground up: folders, and `.` for the files beside them. Floors of one list stand next to each other. */
const floors: Readonly<Record<string, readonly (readonly string[])[]>> = {
  platform: [['store'], ['base'], ['records'], ['auth'], ['runs'], ['state', 'storage'], ['.'], ['resources']],
}

/** What wires the rooms together may import all of them, and none of them may import it. */
const isWiring = (file: string) => file.startsWith('server/compose/') || file === 'cli.ts' || file === 'server.ts'

/** What would open a network or a database: flows act through services alone. */
const effects =
  /^(node:)?(net|http|https|http2|dgram|tls|dns|child_process)$|^(fastify|undici|nodemailer|kysely|pg|mysql2|ioredis|mongodb|better-sqlite3|aedes|mqtt)$/

interface Import {
  readonly from: string
  /** A file of the source, or the name of a package. */
  readonly to: string
  /** Gone once the types are stripped, or not followed until it is called. */
  readonly isLate: boolean
}

const statement = /^\s*(import|export)\b(\s+type\b)?([^'"`;=()]*?)(?:\bfrom\s*)?(['"])([^'"\n]+)\4/gm
const dynamic = /\bimport\(\s*(['"])([^'"\n]+)\1\s*\)/g

function importsOf(from: string, text: string): Import[] {
  const resolve = (name: string) => (name.startsWith('.') ? posix.join(posix.dirname(from), name) : name)
  const fixed = [...text.matchAll(statement)].map(([, , type, names = '', , name = '']) => {
    const listed =
      /^\s*\{(.*)\}\s*$/s
        .exec(names)?.[1]
        ?.split(',')
        .filter((item) => item.trim() !== '') ?? []
    const isTypes = type !== undefined || (listed.length > 0 && listed.every((item) => /^\s*type\s/.test(item)))
    return { from, to: resolve(name), isLate: isTypes }
  })
  const late = [...text.matchAll(dynamic)].map(([, , name = '']) => ({ from, to: resolve(name), isLate: true }))
  return [...fixed, ...late]
}

const areaOf = (file: string) => (file === 'server.ts' ? 'server' : (file.split('/')[0] ?? file))

function forbidden(imports: readonly Import[]): string[] {
  return imports
    .filter(({ from, to }) => {
      const [area, target] = [areaOf(from), areaOf(to)]
      if (!to.endsWith('.ts')) return (area === 'engine' || area === 'nodes') && effects.test(to)
      return !isWiring(from) && target !== area && target !== 'contracts' && !allowed[area]?.includes(target)
    })
    .map(({ from, to }) => `${from} imports ${to}`)
}

/** Imports within a room that do not lead to the file's own floor or to one below it. Types count. */
function upward(room: string, imports: readonly Import[]): string[] {
  const floorOf = (file: string) => (file.split('/').length > 2 ? (file.split('/')[1] ?? '') : '.')
  const heightOf = (file: string) => (floors[room] ?? []).findIndex((names) => names.includes(floorOf(file)))
  return imports
    .filter(({ from, to }) => areaOf(from) === room && areaOf(to) === room && to.endsWith('.ts'))
    .filter(({ from, to }) => heightOf(from) < 0 || (heightOf(to) >= heightOf(from) && floorOf(to) !== floorOf(from)))
    .map(({ from, to }) => `${from} imports ${to}`)
}

/** The first circle that is found, from a file back to itself. */
function findCircle(imports: readonly Import[]): string[] | undefined {
  const targets = new Map<string, string[]>()
  for (const { from, to, isLate } of imports) {
    if (!isLate) targets.set(from, [...(targets.get(from) ?? []), to])
  }
  const finished = new Set<string>()
  const follow = (file: string, way: readonly string[]): string[] | undefined => {
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file]
    if (finished.has(file)) return undefined
    for (const target of targets.get(file) ?? []) {
      const circle = follow(target, [...way, file])
      if (circle) return circle
    }
    finished.add(file)
    return undefined
  }
  for (const file of targets.keys()) {
    const circle = follow(file, [])
    if (circle) return circle
  }
  return undefined
}

const notSource = new Set(['node_modules', 'dist', 'test', 'bench', 'docs', 'flows', 'vitest.config.ts'])
const root = new URL('../', import.meta.url)

function sourceFiles(folder = ''): string[] {
  return readdirSync(new URL(folder, root), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}${entry.name}`
    if (notSource.has(path) || entry.name.startsWith('.')) return []
    if (entry.isDirectory()) return sourceFiles(`${path}/`)
    return entry.name.endsWith('.ts') ? [path] : []
  })
}

describe('the source', () => {
  const files = sourceFiles()
  const imports = files.flatMap((file) => importsOf(file, readFileSync(new URL(file, root), 'utf8')))

  test('has no area that the house does not know', () => {
    expect(
      [...new Set(files.filter((file) => !isWiring(file)).map(areaOf))].filter((area) => !(area in allowed)),
    ).toEqual([])
  })

  test('imports along the allowed arrows alone', () => {
    expect(imports.length).toBeGreaterThan(files.length)
    expect(forbidden(imports)).toEqual([])
  })

  test('has no circle of imports', () => {
    expect(findCircle(imports)).toBeUndefined()
  })

  test.each(Object.keys(floors))('imports down the floors of %s, without a circle, types included', (room) => {
    expect(upward(room, imports)).toEqual([])
    const own = imports.filter(({ from, to }) => areaOf(from) === room && areaOf(to) === room)
    expect(findCircle(own.map((each) => ({ ...each, isLate: false })))).toBeUndefined()
  })
})

describe('this test', () => {
  test.each([
    ["import { a } from '../platform/store.ts'", false],
    ["import type { A } from '../platform/store.ts'", true],
    ["import { type A, type B } from '../platform/store.ts'", true],
    ["import { type A, b } from '../platform/store.ts'", false],
    ["import {\n  a,\n  b,\n} from '../platform/store.ts'", false],
    ["export * from '../platform/store.ts'", false],
    ["import '../platform/store.ts'", false],
    ["const a: import('../platform/store.ts').A = b", true],
  ])('sees what %j imports', (text, isLate) => {
    const found = importsOf('engine/node.ts', text)
    expect(found).toEqual([{ from: 'engine/node.ts', to: 'platform/store.ts', isLate }])
    expect(forbidden(found)).toEqual(['engine/node.ts imports platform/store.ts'])
  })

  test.each([
    ['nodes/data/api.ts', "import fastify from 'fastify'"],
    ['engine/run/passage.ts', "import { request } from 'node:http'"],
    ['platform/store/store.ts', "import type { Reply } from '../../engine/services.ts'"],
    ['contracts/errors.ts', "import { serve } from '../server.ts'"],
    ['server/http/listener.ts', "import { nodeTypes } from '../../nodes/index.ts'"],
  ])('refuses in %s: %s', (from, text) => {
    expect(forbidden(importsOf(from, text))).toHaveLength(1)
  })

  test.each([
    ['platform/records/list.ts', "import type { Actor } from '../auth/actor.ts'"],
    ['platform/state/gps.ts', "import { createStorage } from '../storage/storage.ts'"],
    ['platform/auth/actor.ts', "import { a } from '../platform.ts'"],
    ['platform/tables/table.ts', "import { a } from '../store/store.ts'"],
  ])('sees that %s stands too low, or on no floor, for %s', (from, text) => {
    expect(upward('platform', importsOf(from, text))).toHaveLength(1)
    expect(upward('platform', importsOf('platform/resources/flow.ts', text))).toEqual([])
  })

  test('finds a circle, but none of types', () => {
    const arrow = (from: string, to: string, isLate = false) => ({ from, to, isLate })
    expect(findCircle([arrow('a.ts', 'b.ts'), arrow('b.ts', 'c.ts'), arrow('c.ts', 'b.ts')])).toEqual([
      'b.ts',
      'c.ts',
      'b.ts',
    ])
    expect(findCircle([arrow('a.ts', 'b.ts'), arrow('b.ts', 'a.ts', true)])).toBeUndefined()
  })
})
