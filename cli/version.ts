import { readFileSync } from 'node:fs'

/** The version of the package that this file belongs to. */
export function readVersion(): string {
  // One folder above this file in the checkout, and two above the bundle that has it.
  const candidates = ['../package.json', '../../package.json'].map((path) => new URL(path, import.meta.url))
  for (const candidate of candidates) {
    try {
      const { version }: { version?: string } = JSON.parse(readFileSync(candidate, 'utf8'))
      if (version) return version
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
    }
  }
  return 'unknown'
}
