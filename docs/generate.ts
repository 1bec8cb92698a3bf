/** Writes docs/reference from the definitions: `npm run docs`. It also removes the pages of types that are gone. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { generatedFolders, referencePages } from './pages/reference-pages.ts'

const root = fileURLToPath(new URL('../', import.meta.url))

for (const folder of generatedFolders) rmSync(`${root}${folder}`, { recursive: true, force: true })
for (const [path, text] of referencePages(root)) {
  mkdirSync(dirname(`${root}${path}`), { recursive: true })
  writeFileSync(`${root}${path}`, text)
}
