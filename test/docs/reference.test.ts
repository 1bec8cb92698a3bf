import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { generatedFolders, referencePages } from '../../docs/pages/reference-pages.ts'
import { errorsIn, sourceErrors } from '../../docs/pages/source-errors.ts'
import { sourceFiles } from '../../docs/pages/source-files.ts'
import { nodeTypes } from '../../nodes/index.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const pages = referencePages(root)

describe('the reference', () => {
  test.each([...pages])('%s is what "npm run docs" writes', (path, text) => {
    expect(readFileSync(`${root}${path}`, 'utf8')).toBe(text)
  })

  test('has no page of a type that is gone', () => {
    const standing = generatedFolders.flatMap((folder) =>
      readdirSync(`${root}${folder}`).map((name) => `${folder}/${name}`),
    )
    expect(standing.filter((path) => !pages.has(path))).toEqual([])
  })

  test.each(nodeTypes.map(({ type, config }) => ({ type, fields: Object.keys(config.properties) })))(
    'says of every field of $type what it is for',
    ({ type, fields }) => {
      const page = pages.get(`docs/reference/nodes/${type}.md`) ?? ''
      const described = [...page.matchAll(/^\| `([A-Za-z]+)` \|.*\| \S.* \|$/gm)].map(([, name]) => name)
      expect(fields.filter((field) => !described.includes(field))).toEqual([])
    },
  )

  test('exists wherever the program points at a page of it', () => {
    const named = sourceFiles(root).flatMap(
      (file) => readFileSync(`${root}${file}`, 'utf8').match(/\bdocs\/[\w/-]+\.md\b/g) ?? [],
    )
    expect(named).toContain('docs/reference/api/README.md')
    expect(named.filter((path) => !existsSync(`${root}${path}`))).toEqual([])
  })

  test('defines no error code twice', () => {
    const codes = sourceErrors(root).map(({ code }) => code)
    expect(codes.filter((code, index) => codes.indexOf(code) !== index)).toEqual([])
  })
})

describe('errors in the source', () => {
  test.each([
    ["const a = defineError('A_B', 404, () => 'Not there.')", { code: 'A_B', status: 404, message: 'Not there.' }],
    [
      `const a = defineError<{ file: string; names: Map<string, number> }>(
  'A_B',
  500,
  ({ file }) => \`No \${file}: \${names.size} tried.\`,
)`,
      { code: 'A_B', status: 500, message: 'No {file}: {names} tried.' },
    ],
    [
      "export const a = defineError('A_B', 409, () => \"It's taken.\")",
      { code: 'A_B', status: 409, message: "It's taken." },
    ],
  ])('are found in %j', (text, found) => {
    expect(errorsIn('a.ts', text)).toEqual([{ file: 'a.ts', ...found }])
  })

  test('have a message each, and none is overlooked', () => {
    const errors = sourceErrors(root)
    expect(errors.filter(({ message }) => message === '')).toEqual([])
    const called = sourceFiles(root)
      .filter((file) => file !== 'contracts/errors.ts')
      .map((file) => readFileSync(`${root}${file}`, 'utf8').match(/\bdefineError\s*[<(]/g))
    expect(errors).toHaveLength(called.flatMap((calls) => calls ?? []).length)
  })
})
