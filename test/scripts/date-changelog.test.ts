/** `npm version` in a repository of its own. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'

const checkout = fileURLToPath(new URL('../../', import.meta.url))
const manifest = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8'))

function release(changelog: string) {
  const folder = mkdtempSync(join(tmpdir(), 'flowpot-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const git = (...args: string[]) => execFileSync('git', args, { cwd: folder, encoding: 'utf8' }).trim()
  const preversion = manifest.scripts.preversion.replace(/^tsx /, `"${checkout}node_modules/.bin/tsx" ${checkout}`)
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'a', version: '0.2.0-dev', scripts: { preversion } }),
  )
  writeFileSync(join(folder, 'CHANGELOG.md'), changelog)
  git('init', '--quiet')
  git('config', 'user.name', 'Ada')
  git('config', 'user.email', 'ada@lom.example')
  git('add', '.')
  git('commit', '--quiet', '--message', 'Begin')
  const { status, stderr } = spawnSync('npm', ['version', 'minor'], { cwd: folder, encoding: 'utf8' })
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  return { status, stderr, version, changelog: git('show', 'HEAD:CHANGELOG.md'), changes: git('status', '--porcelain') }
}

test('A release dates its heading in the changelog, in the commit of the version', () => {
  const { status, version, changelog, changes } = release('# Changelog\n\n## 0.2.0 (unreleased)\n\n- Something.\n')
  expect({ status, version, changes }).toEqual({ status: 0, version: '0.2.0', changes: '' })
  expect(changelog).toMatch(/^# Changelog\n\n## 0\.2\.0 \(\d{4}-\d\d-\d\d\)\n\n- Something\.$/)
})

test.each([
  ['no heading', '# Changelog\n\n## 0.1.0 (2026-01-01)\n\n- Something.\n'],
  ['a heading without an entry', '# Changelog\n\n## 0.2.0 (unreleased)\n\n## 0.1.0 (2026-01-01)\n\n- Something.\n'],
])('A version with %s is refused, and nothing is changed', (_, before) => {
  const { status, stderr, version, changelog, changes } = release(before)
  expect({ status, version, changes }).toEqual({ status: 1, version: '0.2.0-dev', changes: '' })
  expect(stderr).toContain('CHANGELOG.md has no "## 0.2.0 (unreleased)" with entries below it')
  expect(changelog).toBe(before.trim())
})
