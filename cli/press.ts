/** `flowpot press`: presses a button of a flow on a running server, and shows what the run did. */
import { readJson, readText } from '../workbench/read-text.ts'
import { pressButton } from '../workbench/remote/press-button.ts'
import { findServer, type ServerOptions } from '../workbench/remote/remote-server.ts'
import { print, printJson } from './output.ts'
import { showRun } from './runs.ts'

export interface PressOptions extends ServerOptions {
  readonly flow?: string
  /** A file with JSON; `-` is standard input. */
  readonly payload?: string
  readonly wait: boolean
  readonly json?: boolean
}

export async function press(button: string, options: PressOptions): Promise<number> {
  const { flow, payload: file, wait: waits } = options
  const payload = file === undefined ? undefined : readJson(await readText(file), file)
  const server = await findServer(options)
  const runId = await pressButton(server, { button, flow, payload, waits })
  if (waits) return showRun(server, runId, options.json ?? false)
  if (options.json) printJson({ runId })
  else print(`Pressed ${button}. What the run did: flowpot runs ${runId}`)
  return 0
}
