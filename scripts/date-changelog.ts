/** `npm version` runs this before it changes anything: gives the heading of the new version today's date, or stops the release if there is none. */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'

const version = process.env.npm_new_version ?? ''
const text = readFileSync('CHANGELOG.md', 'utf8')
const heading = `## ${version} (unreleased)`
const [, entries = ''] = text.split(`\n${heading}\n`)

if (!/^\s*- /.test(entries)) {
  console.error(`CHANGELOG.md has no "${heading}" with entries below it, so there is nothing to release.`)
  process.exit(1)
}
const today = new Date().toISOString().slice(0, 10)
writeFileSync('CHANGELOG.md', text.replace(`\n${heading}\n`, `\n## ${version} (${today})\n`))
execFileSync('git', ['add', 'CHANGELOG.md'])
