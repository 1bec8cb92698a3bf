import { readdirSync } from 'node:fs'

const notSource = new Set([
  'node_modules',
  'dist',
  'test',
  'bench',
  'docs',
  'editors',
  'flows',
  'scripts',
  'vitest.config.ts',
])

/** Every TypeScript file that the product is built from, relative to the checkout `root`, which ends in a slash. */
export function sourceFiles(root: string, folder = ''): string[] {
  return readdirSync(`${root}${folder}`, { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}${entry.name}`
    if (notSource.has(path) || entry.name.startsWith('.')) return []
    if (entry.isDirectory()) return sourceFiles(root, `${path}/`)
    return entry.name.endsWith('.ts') ? [path] : []
  })
}
