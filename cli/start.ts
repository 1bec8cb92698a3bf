/** `flowpot start`: serves an application until it is told to stop. */

import { readSettings, type SettingFlags } from '../server/settings.ts'
import type { Server } from '../server.ts'
import { oneAtATime } from './one-at-a-time.ts'
import { describeProblems, print, printError, printJson } from './output.ts'
import { watchFolder } from './watch-folder.ts'

export interface StartOptions extends SettingFlags {
  readonly json?: boolean
  /** Reload the flows as their files change. */
  readonly watch?: boolean
}

/** Resolves with the exit code once it has stopped. */
export async function start(folder: string, options: StartOptions): Promise<number> {
  const settings = readSettings(options, process.env)
  // Loaded after the settings are read, so that a wrong setting is reported at once.
  const { startServer } = await import('../server.ts')
  // From before the flows are read, so that no change is missed.
  const watched = options.watch ? await watchFolder(folder) : undefined
  try {
    const { server, problems, sources } = await startServer(folder, {
      ...settings,
      // People who watch the files want to see every run.
      record: settings.record || (options.watch ? 'all' : 'failed'),
    })
    if (problems.length > 0) printError(describeProblems(problems, sources))
    if (!server) return 1

    const stopped = untilStopped()
    const reload = oneAtATime(() => reloadOnce(server))
    // With a terminal, SIGHUP means that it was closed. Without one, an administrator sends it to reload, as with other servers.
    if (!process.stdin.isTTY) process.on('SIGHUP', reload)
    announce(server, options.json ?? false)
    watched?.onChange(reload)
    const signal = await stopped
    printError(`${signal}: finishing what runs.`)
    await server.close()
    return 0
  } finally {
    await watched?.close()
  }
}

function announce(server: Server, isJson: boolean): void {
  const { listening, applicationId, adminToken } = server
  for (const { note } of listening) if (note !== undefined) printError(note)
  if (isJson) {
    if (adminToken !== undefined) printJson({ admin: { token: adminToken } })
    for (const { name, url } of listening) printJson({ listening: name, url })
    printJson({ ready: true, applicationId })
    return
  }
  for (const { name, url } of listening) print(`${name.padEnd(10)}  ${url}`)
  if (adminToken === undefined) return
  const platformUrl = listening.find(({ name }) => name === 'platform')?.url
  print()
  print("The administrator's token for the REST API. It is shown this once:")
  print(`  ${adminToken}`)
  print(`  curl -H "Authorization: Bearer ${adminToken}" ${platformUrl}/applications/${applicationId}/devices`)
}

/** npm passes Ctrl-C on to a process that has already received it from the terminal, within this time. */
const sameSignalMs = 1000

/** The first SIGINT or SIGTERM. A second one is not waited for: it ends the process as it would any other. */
function untilStopped(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    const stop = (signal: NodeJS.Signals) => {
      resolve(signal)
      setTimeout(() => process.off('SIGINT', stop).off('SIGTERM', stop), sameSignalMs).unref()
    }
    process.on('SIGINT', stop).on('SIGTERM', stop)
  })
}

async function reloadOnce(server: Server): Promise<void> {
  try {
    const { problems, sources, application, hasOtherId } = await server.reload()
    if (problems.length > 0) printError(describeProblems(problems, sources))
    printError(application ? 'Reloaded.' : 'Not reloaded: what served goes on serving.')
    if (hasOtherId) {
      printError(
        `But not its id: it stays ${server.applicationId}. Another one needs a restart, with a data folder or database of its own.`,
      )
    }
  } catch (error) {
    printError(`Not reloaded: ${error instanceof Error ? error.message : String(error)}`)
  }
}
