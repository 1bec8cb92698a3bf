/** `flowpot run`: one dry run of a flow, node by node, against a sample. */
import { readFile } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { type LoadedFolder, loadFolder, loadSources } from '../application.ts'
import { openPlatform, openTemporaryPlatform } from '../open-platform.ts'
import { readSettings } from '../settings.ts'
import { describeDryRun } from './describe-dry-run.ts'
import { dryRun, type Sample } from './dry-run.ts'
import { callWrong } from './errors.ts'
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
  const sample = await readSample(options)
  const { application, problems, sources } = await loadFlow(flowFile)
  if (!application) {
    if (options.json) printJson({ ok: false, problems })
    else printError(describeProblems(problems, sources))
    return 1
  }
  const settings = readSettings(options.data === undefined ? {} : { data: options.data }, process.env)
  const opened = await (options.live
    ? openPlatform(application, settings)
    : openTemporaryPlatform(application, settings))
  try {
    const flowId = basename(flowFile).replace(/\.ya?ml$/, '')
    const result = await dryRun({ application, flowId, opened }, sample)
    if (options.json) printJson(result)
    else print(describeDryRun(result))
    return result.ok ? 0 : 1
  } finally {
    await opened.close()
  }
}

/** The flow within its application. Where only other flows are broken, they are left out. */
async function loadFlow(flowFile: string): Promise<LoadedFolder> {
  const loaded = await loadFolder(dirname(flowFile))
  const isOwn = (file: string) => basename(file) === basename(flowFile) || basename(file) === 'application.yaml'
  if (!loaded.sources.some(({ file }) => basename(file) === basename(flowFile))) {
    throw callWrong({ problem: `${flowFile} is not a file with a flow.` })
  }
  if (loaded.application || loaded.problems.some(({ file, severity }) => severity === 'error' && isOwn(file)))
    return loaded
  const sources = loaded.sources.filter(({ file }) => isOwn(file))
  return loadSources(sources)
}

async function readSample(options: RunOptions): Promise<Sample> {
  const payload =
    options.payload === undefined ? undefined : parseJson(await readText(options.payload), options.payload)
  if (payload !== undefined && (typeof payload !== 'object' || payload === null || Array.isArray(payload))) {
    throw callWrong({ problem: `${options.payload} must hold a JSON object, the payload or a part of it.` })
  }
  return {
    user: options.user,
    request: options.request,
    trigger: options.trigger,
    ...(options.body === undefined ? {} : { body: parseJson(options.body, '--body') }),
    payload: { ...payload },
  }
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file === '-' ? '/dev/stdin' : file, 'utf8')
  } catch (cause) {
    throw callWrong({ problem: `The payload file ${file} cannot be read.` }, { cause })
  }
}

function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw callWrong({ problem: `${where} is not JSON: ${reason}` }, { cause })
  }
}
