/** `flowpot logs`: what the flows of a running server have logged, and with `--follow` what they log from now on. */
import { followLogged, type LoggedMessage, readLogged } from '../workbench/remote/logged.ts'
import type { RunChoice } from '../workbench/remote/recorded-runs.ts'
import { findServer, type ServerOptions } from '../workbench/remote/remote-server.ts'
import { show } from './describe-dry-run.ts'
import { print, printError, printJson } from './output.ts'

export interface LogsOptions extends ServerOptions, RunChoice {
  readonly follow?: boolean
  readonly json?: boolean
}

export async function logs(options: LogsOptions): Promise<number> {
  const server = await findServer(options)
  const tell = (message: LoggedMessage) => (options.json ? printJson(message) : print(describe(message)))
  // It is opened before the past is read, so that nothing is missed in between.
  const messages = options.follow ? await followLogged(server, options) : undefined
  for (const message of await readLogged(server, options)) tell(message)
  if (!messages) return 0
  for await (const message of messages) tell(message)
  printError('The server has ended the stream.')
  return 1
}

function describe({ time, flow, node, level, message, details }: LoggedMessage): string {
  const place = node === undefined ? flow : `${flow}/${node}`
  return `${time}  ${place}  ${level}: ${message}${details === undefined ? '' : ` ${show(details)}`}`
}
