/** Runs what the lenses offer: the tests of a flow, and the flow with the request of a test. What is saved runs, not what is in the editor. */
import { type Connection, MessageType, ShowMessageNotification } from 'vscode-languageserver/node'
import type { LanguageFile } from '../../workbench/language/language-file.ts'
import { commands, type LensState, requestOfTest, type TestRun } from '../../workbench/language/lenses.ts'
import { runFlowpot } from './run-command.ts'

export interface LensCommands {
  stateOf(file: LanguageFile): LensState
  /** Resolves at once; what comes of it is shown by the lenses and told by a message. */
  execute(command: string, file: LanguageFile, test: string | undefined): void
}

export function createLensCommands(connection: Connection, refresh: () => void): LensCommands {
  const last = new Map<string, TestRun>()
  const running = new Set<string>()

  const runTests = async (file: LanguageFile, test: string | undefined) => {
    const flow = flowFileOf(file)
    if (running.has(flow)) return
    running.add(flow)
    refresh()
    try {
      const { output, errors } = await runFlowpot([
        'test',
        flow,
        '--coverage',
        '--json',
        ...(test === undefined ? [] : ['--filter', test]),
      ])
      last.set(flow, merge(readRun(output, errors), last.get(flow), test))
    } finally {
      running.delete(flow)
      refresh()
    }
  }

  const dryRun = async (file: LanguageFile, test: string) => {
    const request = requestOfTest(file, test)
    if (!request) return
    const { code, output, errors } = await runFlowpot(['run', flowFileOf(file), ...request.options])
    const reply = /^reply .*$/m.exec(output)?.[0]
    connection.console.info(`${output}${errors}`)
    const type = code === 0 ? MessageType.Info : MessageType.Error
    const message = reply ?? (errors.split('\n', 1)[0] || 'The run ended without a reply.')
    await connection.sendNotification(ShowMessageNotification.type, { type, message })
  }

  return {
    stateOf(file) {
      const flow = flowFileOf(file)
      const known = last.get(flow)
      return { isRunning: running.has(flow), ...(known && { last: known }) }
    },
    execute(command, file, test) {
      const work =
        command === commands.test ? runTests(file, test) : test === undefined ? undefined : dryRun(file, test)
      work?.catch((error: unknown) => connection.console.error(String(error)))
    },
  }
}

function flowFileOf({ source: { file } }: LanguageFile): string {
  return file.replace(/\.test(?=\.ya?ml$)/i, '')
}

function readRun(output: string, errors: string): TestRun {
  try {
    const {
      error,
      problems,
      ...run
    }: TestRun & { error?: { message: string }; problems?: { message: string; severity: string }[] } =
      JSON.parse(output)
    const failure = error?.message ?? problems?.find(({ severity }) => severity === 'error')?.message
    return { ...run, tests: run.tests ?? [], ...(failure !== undefined && { failure }) }
  } catch {
    return { tests: [], failure: errors.split('\n', 1)[0] || 'The tests could not be run.' }
  }
}

/** One test alone leaves what is known of the others, and says nothing of coverage. */
function merge(run: TestRun, before: TestRun | undefined, test: string | undefined): TestRun {
  if (test === undefined || run.failure !== undefined || !before) return run
  const names = new Set(run.tests.map(({ name }) => name))
  return { ...before, tests: [...before.tests.filter(({ name }) => !names.has(name)), ...run.tests] }
}
