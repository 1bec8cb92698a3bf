/** What may be run from within a file, and what came of it when it was last run. */
import type { CodeLens, Command, Position } from 'vscode-languageserver'
import { isMap } from '../../engine/values/is-map.ts'
import type { Failure } from '../testing/step-outcome.ts'
import type { LanguageFile } from './language-file.ts'
import { dataOf, nodeAt, readTree } from './yaml-place.ts'

/** What `flowpot test --coverage --json` prints, as far as lenses show it. */
export interface TestRun {
  readonly tests: readonly {
    readonly name: string
    readonly ok: boolean
    readonly ms: number
    readonly failure?: Failure
  }[]
  readonly coverage?: {
    readonly flows: readonly {
      readonly file: string
      readonly branches: { readonly covered: number; readonly total: number }
      readonly missed: readonly { readonly line: number; readonly output?: string }[]
    }[]
  }
  /** Why nothing could be run. */
  readonly failure?: string
}

export const commands = { test: 'flowpot.test', dryRun: 'flowpot.dryRun' } as const

/** What is known of the flow's tests. */
export interface LensState {
  readonly isRunning: boolean
  readonly last?: TestRun
}

export function lensesOf(
  file: LanguageFile,
  uri: string,
  { isRunning, last }: LensState,
  place: (offset: number) => Position,
): readonly CodeLens[] {
  const { file: name, text } = file.source
  const tree = file.kind === 'application' ? undefined : readTree(name, text)
  if (!tree) return []
  const lens = (at: Position, command: Command): CodeLens => ({ range: { start: at, end: at }, command })
  const raw = dataOf(tree)
  const run: Command = { title: isRunning ? '… running' : '▶ Run tests', command: commands.test, arguments: [uri] }
  const failure = last?.failure === undefined ? [] : [note(`✗ ${last.failure}`)]
  if (file.kind === 'flow') {
    const hasTests = file.sources.some((source) => source.file.endsWith(`${file.flowId}.test.yaml`))
    const top = { line: 0, character: 0 }
    if (!hasTests) return []
    const shown = [run, ...(last ? [note(summaryOf(last, name))] : []), ...failure]
    return [
      ...shown.map((command) => lens(top, command)),
      ...missedIn(last, name).map(({ at, title }) => lens(at, note(title))),
    ]
  }
  if (!Array.isArray(raw)) return []
  return raw.flatMap((test: unknown, index) => {
    const start = nodeAt(tree, [index])?.value?.range?.[0]
    if (!isMap(test) || typeof test.name !== 'string' || start === undefined) return []
    const result = last?.tests.find((one) => one.name === test.name)
    const shown: Command[] = [
      { ...run, title: isRunning ? run.title : '▶ Run', arguments: [uri, test.name] },
      ...(requestOf(test) ? [{ title: '▷ Dry run', command: commands.dryRun, arguments: [uri, test.name] }] : []),
      ...(result
        ? [note(`${result.ok ? '✓ passed' : `✗ ${describe(result.failure)}`} (${result.ms.toFixed(0)} ms)`)]
        : index === 0
          ? failure
          : []),
    ]
    return shown.map((command) => lens(place(start), command))
  })
}

function describe({ message, differences: [first] = [] }: Partial<Failure> = {}): string {
  if (message !== undefined) return message
  return first ? `${first.path} is ${first.actual}, not ${first.expected}` : 'failed'
}

/** Nothing happens when somebody chooses it. */
function note(title: string): Command {
  return { title: title.split('\n', 1)[0]?.slice(0, 200) ?? '', command: '' }
}

function summaryOf({ tests, coverage }: TestRun, file: string): string {
  const passed = `${tests.filter(({ ok }) => ok).length} of ${tests.length} passed`
  const branches = coverage?.flows.find((flow) => flow.file === file)?.branches
  return branches ? `${passed}, ${branches.covered} of ${branches.total} branches taken` : passed
}

function missedIn(
  last: TestRun | undefined,
  file: string,
): readonly { readonly at: Position; readonly title: string }[] {
  const missed = last?.coverage?.flows.find((flow) => flow.file === file)?.missed ?? []
  return missed.map(({ line, output }) => ({
    at: { line: line - 1, character: 0 },
    title: output === undefined ? 'never visited by a test' : `"${output}" never taken by a test`,
  }))
}

/** What a dry run asks, as options of `flowpot run`. */
export interface DryRunRequest {
  readonly options: readonly string[]
}

/** The request of the test with this name, if it is known without running the steps before it. */
export function requestOfTest(file: LanguageFile, name: string): DryRunRequest | undefined {
  const tree = readTree(file.source.file, file.source.text)
  const raw = tree && dataOf(tree)
  const test = Array.isArray(raw) ? raw.find((one: unknown) => isMap(one) && one.name === name) : undefined
  return isMap(test) ? requestOf(test) : undefined
}

function requestOf(test: Readonly<Record<string, unknown>>): DryRunRequest | undefined {
  const step: unknown = Array.isArray(test.steps) ? test.steps[0] : test
  if (!isMap(step) || !isMap(step.request) || /<<|\{\{/.test(JSON.stringify(step.request))) return undefined
  const { method, path, body } = step.request
  const user = step.user ?? test.user
  return {
    options: [
      ...['--request', `${String(method)} ${String(path)}`],
      ...(body === undefined ? [] : ['--body', JSON.stringify(body)]),
      ...(typeof user === 'string' ? ['--user', user] : []),
    ],
  }
}
