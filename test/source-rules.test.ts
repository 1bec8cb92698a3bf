/** Holds rules that no type and no linter holds. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { sourceFiles } from '../docs/pages/source-files.ts'

const root = fileURLToPath(new URL('../', import.meta.url))

/** What stands between the bracket at `open` and its counterpart, texts and comments apart. */
function inBrackets(source: string, open: number): string {
  let depth = 0
  for (let at = open; at < source.length; at++) {
    if ('([{'.includes(source.charAt(at))) depth++
    else if (')]}'.includes(source.charAt(at)) && --depth === 0) return source.slice(open + 1, at)
  }
  return source.slice(open + 1)
}

function hasTwoArguments(args: string): boolean {
  let depth = 0
  for (const [index, char] of [...args].entries()) {
    if ('([{'.includes(char)) depth++
    else if (')]}'.includes(char)) depth--
    else if (char === ',' && depth === 0 && args.slice(index + 1).trim() !== '') return true
  }
  return false
}

const withoutTexts = (source: string) =>
  source.replace(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*$/gm, '').replace(/'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`/g, "''")

/** Beyond Biome's noFloatingPromises, which does not know every type: a chain that ends in `then` or `finally`, is a statement of its own, and has nobody who hears of a rejection. */
function floating(file: string, text: string): string[] {
  const source = withoutTexts(text)
  return [...source.matchAll(/\.(then|finally)\(/g)].flatMap(({ index, 0: call }) => {
    const args = inBrackets(source, index + call.length - 1)
    const after = source.slice(index + call.length + args.length + 1)
    // Whoever goes on with the chain is looked at itself.
    if (/^\s*\.(then|catch|finally)\(/.test(after)) return []
    if (call === '.then(' && hasTwoArguments(args)) return []
    const start = source.slice(0, index).search(/\n[ \t]*[^\s.][^\n]*(?:\n[ \t]*\.[^\n]*)*$/) + 1
    const line = source.slice(start, index)
    if (/(=>|[=(,?:])$/.test(source.slice(0, start).trimEnd())) return []
    const isHandedOn = /^\s*(return|await|const|let|[?:]|[\w.]+ (\?\?)?=)\s|=>\s|=>$|\bawait |\breturn /.test(line)
    return isHandedOn ? [] : [`${file}: ${line.trim().split('\n')[0]}`]
  })
}

/** JSON that we wrote ourselves and that comes back, by how the path of the file ends that reads it. */
const ownJson = new Map([
  ['json.ts', 'is the way in'],
  ['stored-json.ts', 'what `toJson` wrote into the storage'],
  ['schemas.ts', 'what we wrote into a column'],
  ['device-query.ts', 'a query of a group, checked before it was stored'],
  ['experience-group-record.ts', 'a query of a group, whose compiler counts conditions and values'],
  ['log.ts', 'a copy that it has just written'],
  ['bound-lines.ts', 'a line that has just been written'],
  ['recorder.ts', 'a summary of a recorded run'],
  ['resources/run.ts', 'a recorded run'],
  ['run-script.ts', 'what our own script says of an error'],
  ['intl.ts', 'what our own script asks'],
  ['sandbox/web.ts', 'what our own script asks'],
])
/** Commands read the files of whoever calls them, and what the server answers. */
const isCommand = (file: string) => /^(workbench|cli)\b/.test(file)

function parsesJson(file: string, text: string): string[] {
  if (isCommand(file) || [...ownJson.keys()].some((end) => `/${file}`.endsWith(`/${end}`))) return []
  const calls = withoutTexts(text).match(/\bJSON\.parse\((?!JSON\.stringify\()/g) ?? []
  return calls.map(() => `${file} reads JSON past engine/values/json.ts`)
}

describe('the source', () => {
  const files = sourceFiles(root).map((file) => ({ file, text: readFileSync(`${root}${file}`, 'utf8') }))

  test('has no promise whose rejection nobody hears of', () => {
    expect(files.flatMap(({ file, text }) => floating(file, text))).toEqual([])
  })

  test('takes JSON from outside in by parseJson alone', () => {
    expect(files.flatMap(({ file, text }) => parsesJson(file, text))).toEqual([])
    const reading = files.filter(({ text }) => text.includes('JSON.parse(')).map(({ file }) => `/${file}`)
    expect([...ownJson.keys()].filter((end) => !reading.some((file) => file.endsWith(`/${end}`)))).toEqual([])
  })
})

describe('this test', () => {
  test.each([
    ['work().then(a)', 1],
    ['work().then(a, )', 1],
    ['work().then((b, c) => d(b, c))', 1],
    ['work().finally(a)', 1],
    ['work()\n  .then(a)\n  .finally(b)', 1],
    ['if (x) {\n  work().then(() => {\n    a()\n  })\n}', 1],
    ['work().then(a, b)', 0],
    ["work().then(a, () => b(','))", 0],
    ['work().then(a).catch(b)', 0],
    ['work()\n  .then((c) => {\n    a(c)\n  })\n  .catch(b)', 0],
    ['return work().then(a)', 0],
    ['const b = work()\n  .then(a)', 0],
    ['const c = () => work().then(a)', 0],
    ['const c = () =>\n  work().then(a)', 0],
    ['// work().then(a)', 0],
  ])('sees in %j %i floating', (text, count) => {
    expect(floating('a.ts', `\n${text}\n`)).toHaveLength(count)
  })

  test.each([
    ['server/http/a.ts', 'JSON.parse(body)', 1],
    ['server/http/a.ts', 'JSON.parse(JSON.stringify(value))', 0],
    ['cli/a.ts', 'JSON.parse(text)', 0],
    ['engine/values/json.ts', 'JSON.parse(text)', 0],
  ])('sees in %s %s %i ways in', (file, text, count) => {
    expect(parsesJson(file, text)).toHaveLength(count)
  })
})
