/** Whoever follows the name of a file, from a comment or a page, finds the file. */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))
const skipped = new Set(['node_modules', 'dist', '.git', '.flowpot'])

function filesBelow(folder = ''): string[] {
  return readdirSync(`${root}${folder}`, { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}${entry.name}`
    if (skipped.has(entry.name)) return []
    return entry.isDirectory() ? filesBelow(`${path}/`) : [path]
  })
}

const files = filesBelow()
const ends = new Set(files.flatMap((file) => file.split('/').map((_, index, parts) => parts.slice(index).join('/'))))

/** Text in which a name of a file means one of ours: comments of code, and pages. */
function proseOf(file: string): string {
  const text = readFileSync(`${root}${file}`, 'utf8')
  if (file.endsWith('.md')) return text.replace(/^```[\s\S]*?^```/gm, '')
  return [...text.matchAll(/\/\*\*?[\s\S]*?\*\/|(?<=^|\s)\/\/ .*/gm)].join('\n')
}

/** What `npm run new` makes, in CONTRIBUTING.md. */
const examples = /^(?:nodes\/data\/reverse|nodes\/triggers\/gate)\.ts$/

function missingIn(file: string): string[] {
  const folder = file.split('/').slice(0, -1)
  const named = proseOf(file).matchAll(/(?<![\w/.:*-])((?:\.{0,2}\/)?[\w-][\w./-]*\.(?:ts|mjs|md))\b(?!\w)/g)
  return [...named].flatMap(([, name = '']) => {
    const plain = name.replace(/^(?:\.{1,2}\/)+/, '')
    const isThere = ends.has(plain) || files.includes([...folder, plain].join('/')) || examples.test(plain)
    return isThere ? [] : [`${file}: ${name}`]
  })
}

test('every file that a comment or a page names is there', () => {
  const readers = files.filter((file) => /\.(?:ts|mjs|md)$/.test(file) && file !== 'CHANGELOG.md')
  expect(readers.length).toBeGreaterThan(500)
  expect(readers.flatMap(missingIn)).toEqual([])
})
