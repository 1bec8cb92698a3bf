/** Holds the house of `docs/house.md`: which room, and which floor of a room, may import which. */
import { readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { sourceFiles } from '../docs/pages/source-files.ts'

/** Per room, the rooms that it may import besides itself; all may import `contracts`. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  contracts: [],
  engine: [],
  nodes: ['engine'],
  platform: [],
  server: ['engine', 'platform'],
  workbench: ['engine', 'platform', 'server'],
  cli: ['workbench', 'server'],
}

/**
 * Per room, its floors from the ground up. A floor may import the floors below it, and the folders of one floor may not
 * import each other. `.` stands for the files next to the folders.
 */
const floors: Readonly<Record<string, readonly (readonly string[])[]>> = {
  engine: [
    ['source'],
    ['values'],
    ['json-schema'],
    ['.'],
    ['flow'],
    ['templates'],
    ['expressions'],
    ['check'],
    ['compile'],
    ['run'],
    ['load'],
    ['describe'],
  ],
  platform: [['store'], ['base'], ['records'], ['auth'], ['runs'], ['state', 'storage'], ['.'], ['resources']],
  nodes: [['parts'], ['logic', 'data', 'experience', 'output', 'triggers'], ['.']],
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
}

const statement = /^\s*(?:import|export)\b[^'"`;=()]*?(?:\bfrom\s*)?(['"])([^'"\n]+)\1/gm
const dynamic = /\bimport\(\s*(['"])([^'"\n]+)\1\s*\)/g

/** Imports of types count like any other. */
function importsOf(from: string, text: string): Import[] {
  return [...text.matchAll(statement), ...text.matchAll(dynamic)].map(([, , name = '']) => ({
    from,
    to: name.startsWith('.') ? posix.join(posix.dirname(from), name) : name,
  }))
}

const roomOf = (file: string) => (file === 'server.ts' ? 'server' : (file.split('/')[0] ?? file))

function forbidden(imports: readonly Import[]): Import[] {
  return imports.filter(({ from, to }) => {
    const [room, target] = [roomOf(from), roomOf(to)]
    if (!to.endsWith('.ts')) return (room === 'engine' || room === 'nodes') && effects.test(to)
    return !isWiring(from) && target !== room && target !== 'contracts' && !allowed[room]?.includes(target)
  })
}

/** The folder of a file within its room. */
function folderOf(file: string): string {
  const [, folder = '.', ...rest] = file.split('/')
  return rest.length === 0 ? '.' : folder
}

/** The index of the file's floor; -1 if the room has floors and none of them is the file's. */
const floorOf = (file: string) => floors[roomOf(file)]?.findIndex((folders) => folders.includes(folderOf(file)))

function upward(imports: readonly Import[]): Import[] {
  return imports.filter(({ from, to }) => {
    if (roomOf(from) !== roomOf(to) || folderOf(from) === folderOf(to)) return false
    const [floor, target] = [floorOf(from), floorOf(to)]
    return floor !== undefined && target !== undefined && target >= floor
  })
}

const shown = (imports: readonly Import[]) => imports.map(({ from, to }) => `${from} imports ${to}`)

/** The first circle that is found, from a file back to itself. */
function findCircle(imports: readonly Import[]): string[] | undefined {
  const targets = new Map<string, string[]>()
  for (const { from, to } of imports) targets.set(from, [...(targets.get(from) ?? []), to])
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

const root = fileURLToPath(new URL('../', import.meta.url))

describe('the source', () => {
  const files = sourceFiles(root)
  const imports = files.flatMap((file) => importsOf(file, readFileSync(`${root}${file}`, 'utf8')))

  test('has no room and no floor that the house does not know', () => {
    expect(
      [...new Set(files.filter((file) => !isWiring(file)).map(roomOf))].filter((room) => !(room in allowed)),
    ).toEqual([])
    expect(files.filter((file) => floorOf(file) === -1)).toEqual([])
  })

  test('imports only along the allowed arrows', () => {
    expect(imports.length).toBeGreaterThan(files.length)
    expect(shown(forbidden(imports))).toEqual([])
  })

  test('imports only downwards within a room', () => {
    expect(shown(upward(imports))).toEqual([])
  })

  test('has no circle of imports', () => {
    expect(findCircle(imports)).toBeUndefined()
  })
})

describe('this test', () => {
  test.each([
    "import { a } from '../platform/store.ts'",
    "import type { A } from '../platform/store.ts'",
    "import { type A, type B } from '../platform/store.ts'",
    "import { type A, b } from '../platform/store.ts'",
    "import {\n  a,\n  b,\n} from '../platform/store.ts'",
    "export * from '../platform/store.ts'",
    "import '../platform/store.ts'",
    "const a: import('../platform/store.ts').A = b",
  ])('sees what %j imports', (text) => {
    const found = importsOf('engine/node.ts', text)
    expect(found).toEqual([{ from: 'engine/node.ts', to: 'platform/store.ts' }])
    expect(shown(forbidden(found))).toEqual(['engine/node.ts imports platform/store.ts'])
  })

  test.each([
    ['nodes/data/api.ts', "import fastify from 'fastify'"],
    ['engine/run/passage.ts', "import { request } from 'node:http'"],
    ['platform/store/store.ts', "import type { Reply } from '../../engine/effects.ts'"],
    ['contracts/errors.ts', "import { serve } from '../server.ts'"],
    ['server/http/listener.ts', "import { nodeTypes } from '../../nodes/index.ts'"],
  ])('refuses in %s: %s', (from, text) => {
    expect(forbidden(importsOf(from, text))).toHaveLength(1)
  })

  test.each([
    ['engine/source/reporter.ts', "import type { NodeType } from '../node.ts'"],
    ['engine/node.ts', "import type { FlowNode } from './flow/flow-graph.ts'"],
    ['nodes/parts/search.ts', "import { api } from '../data/api.ts'"],
    ['nodes/data/http/http.ts', "import { reply } from '../../output/reply.ts'"],
    ['nodes/logic/math.ts', "import { nodeTypes } from '../index.ts'"],
    ['platform/records/list.ts', "import type { Actor } from '../auth/actor.ts'"],
    ['platform/state/gps.ts', "import { createStorage } from '../storage/storage.ts'"],
    ['platform/auth/actor.ts', "import { a } from '../platform.ts'"],
  ])('sees in %s the way up of %s', (from, text) => {
    expect(upward(importsOf(from, text))).toHaveLength(1)
  })

  test.each([
    ['engine/node.ts', "import type { Shape } from './json-schema/shape.ts'"],
    ['nodes/data/http/http.ts', "import { oneOf } from '../../parts/one-of.ts'"],
    ['nodes/data/http/http.ts', "import { checkHttp } from './http-check.ts'"],
    ['server/http/listener.ts', "import { log } from '../compose/listen.ts'"],
  ])('lets %s say %s', (from, text) => {
    expect(upward(importsOf(from, text))).toEqual([])
  })

  test('finds a circle', () => {
    const arrow = (from: string, to: string) => ({ from, to })
    expect(findCircle([arrow('a.ts', 'b.ts'), arrow('b.ts', 'c.ts'), arrow('c.ts', 'b.ts')])).toEqual([
      'b.ts',
      'c.ts',
      'b.ts',
    ])
    expect(findCircle([arrow('a.ts', 'b.ts'), arrow('a.ts', 'c.ts'), arrow('b.ts', 'c.ts')])).toBeUndefined()
  })
})
