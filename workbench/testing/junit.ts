/** Writes the results as JUnit XML, for build servers. */
import { describeFailure } from './describe-failure.ts'
import type { TestResult } from './run-test.ts'

export function toJunit(results: readonly TestResult[], ms: number): string {
  const files = [...new Set(results.map(({ test }) => test.file))]
  const suites = files.map((file) =>
    suite(
      file,
      results.filter(({ test }) => test.file === file),
    ),
  )
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ${counts(results)} time="${seconds(ms)}">\n${suites.join('')}</testsuites>\n`
}

function suite(file: string, results: readonly TestResult[]): string {
  const ms = results.reduce((sum, result) => sum + result.ms, 0)
  const cases = results.map((result) => testCase(file, result)).join('')
  return `  <testsuite name="${escapeXml(file)}" ${counts(results)} time="${seconds(ms)}">\n${cases}  </testsuite>\n`
}

function testCase(file: string, result: TestResult): string {
  const { name, line } = result.test
  const open = `    <testcase classname="${escapeXml(file)}" name="${escapeXml(name)}" file="${escapeXml(file)}" line="${line}" time="${seconds(result.ms)}"`
  if (!result.failure) return `${open}/>\n`
  const message = result.failure.message ?? 'It is not as expected.'
  return `${open}>\n      <failure message="${escapeXml(message)}">${escapeXml(describeFailure(result))}</failure>\n    </testcase>\n`
}

function counts(results: readonly TestResult[]): string {
  const failed = results.filter(({ failure }) => failure !== undefined).length
  return `tests="${results.length}" failures="${failed}"`
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3)
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

function escapeXml(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0 cannot hold these, not even escaped.
  const held = text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu, '\ufffd')
  return held.replace(/[&<>"]/g, (character) => entities[character] ?? '')
}
