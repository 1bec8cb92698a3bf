/** `flowpot run`: one dry run of a flow, node by node, against a sample. */
import { readFile, stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { text } from 'node:stream/consumers'
import { isFlowFile } from '../engine/load/load-application.ts'
import { isMap } from '../engine/values/is-map.ts'
import { parseJson } from '../engine/values/json.ts'
import type { Payload } from '../engine/values/payload.ts'
import { type LoadedFolder, loadFolder, loadSources } from '../server/compose/load-folder.ts'
import { openPlatform, openTemporaryPlatform } from '../server/compose/open-platform.ts'
import { readSettings, type Settings } from '../server/settings.ts'
import { dryEffects, liveEffects } from '../workbench/dry-run/dry-effects.ts'
import { dryRun, type Sample } from '../workbench/dry-run/dry-run.ts'
import { callWrong } from '../workbench/refusals.ts'
import { describeDryRun } from './describe-dry-run.ts'
import { describeProblems, print, printError, printJson } from './output.ts'

export interface RunOptions {
  readonly user?: string
  readonly body?: string
  readonly payload?: string
  readonly request?: string
  readonly trigger?: string
  readonly live?: boolean
  readonly data?: string
  readonly json?: boolean
}

export async function run(flowFile: string, options: RunOptions): Promise<number> {
  const settings = readSettings(options.data === undefined ? {} : { data: options.data }, process.env)
  const sample = await readSample(options)
  const loaded = await loadFlow(flowFile, settings)
  if (!loaded.application) return reportBroken(loaded, options.json ?? false)
  const { application } = loaded
  const { live: isLive = false } = options
  const opened = await (isLive ? openPlatform(application, settings) : openTemporaryPlatform(application, settings))
  const { effects, close } = isLive ? liveEffects(application, settings, opened) : dryEffects(application)
  // Leaves no temporary store behind.
  const interrupted = () => opened.close().finally(() => process.exit(130))
  process.once('SIGINT', interrupted)
  try {
    const flowId = basename(flowFile).replace(/\.ya?ml$/, '')
    const result = await dryRun({ application, flowId, opened, effects, isLive, limits: settings }, sample)
    if (options.json) printJson(result)
    else print(describeDryRun(result))
    return result.ok ? 0 : 1
  } finally {
    process.off('SIGINT', interrupted)
    await close()
    await opened.close()
  }
}

/** The flow within its application. Where only other flows are broken, they are left out. */
async function loadFlow(flowFile: string, settings: Settings): Promise<LoadedFolder> {
  await refuseWhatIsNoFile(flowFile)
  const loaded = await loadFolder(dirname(flowFile), settings)
  const name = basename(flowFile)
  if (!isFlowFile(name) || !loaded.sources.some(({ file }) => basename(file) === name)) {
    throw callWrong({ problem: `${flowFile} is not a file with a flow.` })
  }
  return leaveOutBroken(loaded, name, settings)
}

function leaveOutBroken(loaded: LoadedFolder, name: string, settings: Settings): LoadedFolder {
  if (loaded.application) return loaded
  const isOwn = (file: string) => basename(file) === name || basename(file) === 'application.yaml'
  const broken = loaded.problems.filter(({ severity }) => severity === 'error').map(({ file }) => file)
  if (broken.some(isOwn)) return loaded
  printError(`Left out, since broken: ${[...new Set(broken)].join(', ')}`)
  const left = loadSources(
    loaded.sources.filter(({ file }) => !broken.includes(file)),
    settings,
  )
  // A flow that starts one of those is broken without it.
  return leaveOutBroken(left, name, settings)
}

/** Whatever else the folder holds, the call is what is wrong. */
async function refuseWhatIsNoFile(flowFile: string): Promise<void> {
  const found = await stat(flowFile).catch(() => undefined)
  if (found === undefined) throw callWrong({ problem: `${flowFile} does not exist.` })
  if (found.isDirectory()) throw callWrong({ problem: `${flowFile} is a folder, not a file with a flow.` })
}

function reportBroken({ problems, sources }: LoadedFolder, isJson: boolean): number {
  if (!isJson) {
    printError(describeProblems(problems, sources))
    return 1
  }
  const first = problems.find(({ severity }) => severity === 'error')
  const error = first && { code: first.code, message: first.message, file: first.file, line: first.line }
  printJson({ ok: false, reply: null, visits: [], calls: [], missing: [], payload: null, error, problems })
  return 1
}

async function readSample(options: RunOptions): Promise<Sample> {
  return {
    user: options.user,
    request: options.request,
    trigger: options.trigger,
    ...(options.body === undefined ? {} : { body: readJson(options.body, '--body') }),
    payload: options.payload === undefined ? {} : await readPayload(options.payload),
  }
}

async function readPayload(file: string): Promise<Payload> {
  const payload = readJson(await readText(file), file === '-' ? 'Standard input' : file)
  if (isMap(payload)) return payload
  throw callWrong({ problem: `--payload ${file} must hold a JSON object, the payload or a part of it.` })
}

async function readText(file: string): Promise<string> {
  try {
    return file === '-' ? await text(process.stdin) : await readFile(file, 'utf8')
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw callWrong({ problem: `The payload file ${file} cannot be read: ${reason}` }, { cause })
  }
}

/** As the server takes it. */
function readJson(text: string, where: string): unknown {
  try {
    return parseJson(text)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw callWrong({ problem: `${where} cannot be taken: ${reason}` }, { cause })
  }
}
