/** `flowpot start`: serves an application until it is told to stop. */
import { type FSWatcher, watch } from 'chokidar'
import { type Server, startServer } from '../server.ts'
import { readSettings, type SettingFlags } from '../settings.ts'
import { describeProblems, print, printError, printJson } from './output.ts'

export interface StartOptions {
  readonly json?: boolean
  /** Reload the flows as their files change. */
  readonly watch?: boolean
}

/** Resolves with the exit code once it has stopped. */
export async function start(folder: string, flags: SettingFlags, options: StartOptions): Promise<number> {
  const settings = readSettings(flags, process.env)
  const { server, problems, sources } = await startServer(folder, settings)
  if (problems.length > 0) printError(describeProblems(problems, sources))
  if (!server) return 1

  const stopped = untilStopped()
  announce(server, options.json ?? false)
  const watcher = options.watch ? watchFolder(folder, server) : undefined
  const signal = await stopped
  printError(`${signal}: finishing what runs.`)
  await watcher?.close()
  await server.close()
  return 0
}

function announce(server: Server, isJson: boolean): void {
  const { listening, applicationId, adminToken } = server
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

/** The first SIGINT or SIGTERM. A second one is not waited for: it ends the process as it would any other. */
function untilStopped(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    const stop = (signal: NodeJS.Signals) => {
      process.off('SIGINT', stop).off('SIGTERM', stop)
      resolve(signal)
    }
    process.on('SIGINT', stop).on('SIGTERM', stop)
  })
}

/** Reloads once a change has settled; changes during a reload lead to one more. */
function watchFolder(folder: string, server: Server): FSWatcher {
  let isReloading = false
  let isStale = false
  const reload = async () => {
    isStale = true
    if (isReloading) return
    isReloading = true
    while (isStale) {
      isStale = false
      await reloadOnce(server)
    }
    isReloading = false
  }
  const watcher = watch(folder, {
    ignoreInitial: true,
    depth: 0,
    awaitWriteFinish: { stabilityThreshold: 50, pollInterval: 10 },
  })
  return watcher.on('all', (_event, path) => {
    if (/\.ya?ml$/.test(path)) reload()
  })
}

async function reloadOnce(server: Server): Promise<void> {
  try {
    const { problems, sources, application } = await server.reload()
    if (problems.length > 0) printError(describeProblems(problems, sources))
    printError(application ? 'Reloaded.' : 'Not reloaded: what served goes on serving.')
  } catch (error) {
    printError(`Not reloaded: ${error instanceof Error ? error.message : String(error)}`)
  }
}
