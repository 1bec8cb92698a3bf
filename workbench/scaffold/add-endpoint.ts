/** Creates a flow and its test, if the endpoint does not conflict with others. */
import { rm, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { type Endpoint, parseEndpoint, routeParams } from '../../engine/route.ts'
import type { SourceFile } from '../../engine/source/position.ts'
import type { Problem } from '../../engine/source/problem.ts'
import { TextSyntaxError } from '../../engine/source/syntax-error.ts'
import { type LoadedFolder, loadFolder, loadSources } from '../../server/compose/load-folder.ts'
import { alreadyThere, callWrong, codeOf, endpointRefused, notWritable } from '../refusals.ts'
import { type EndpointFiles, endpointFiles, samplePath } from './endpoint-files.ts'

export interface AddedEndpoint extends LoadedFolder {
  /** Missing if the application has problems, since the routes of broken flows are unknown. */
  readonly added?: {
    readonly flow: string
    readonly test: string
    /** The request for a dry run, if the route has parameters. */
    readonly request: string | undefined
  }
}

export async function addEndpoint(text: string, folder: string): Promise<AddedEndpoint> {
  const endpoint = readEndpoint(text)
  const loaded = await loadFolder(folder)
  if (!loaded.application) return loaded
  const files = endpointFiles(endpoint, folder)
  refuseConflicts(files, loaded)
  // The flow is written last, so that a server that watches the folder finds both files.
  await writeAll([files.test, files.flow])
  const hasParams = routeParams(endpoint.segments).length > 0
  const request = hasParams ? `${endpoint.method} ${samplePath(endpoint)}` : undefined
  return { ...loaded, added: { flow: files.flow.file, test: files.test.file, request } }
}

function readEndpoint(text: string): Endpoint {
  try {
    return parseEndpoint(text.trim())
  } catch (error) {
    if (!(error instanceof TextSyntaxError)) throw error
    throw callWrong({ problem: error.message }, { cause: error, ...hintOf(error) })
  }
}

/** Loads the application as it would be with the flow in it. Of two flows that conflict, the problem stands at the second. */
function refuseConflicts({ flow, test }: EndpointFiles, { sources }: LoadedFolder): void {
  const problems = loadSources([...sources, flow]).problems.filter(({ file }) => file === flow.file)
  const refuse = (problem: Problem | undefined) => {
    if (problem) throw endpointRefused({ problem: problem.message }, hintOf(problem))
  }
  refuse(problems.find(({ code }) => code === 'FLOW_ROUTE_CONFLICT'))
  const names = [flow, test].map(({ file }) => basename(file))
  const there = sources.find(({ file }) => names.includes(basename(file)))
  if (there) throw fileTaken(there.file)
  refuse(problems[0])
}

function hintOf({ hint }: { readonly hint?: string | undefined }): { hint?: string } {
  return hint === undefined ? {} : { hint }
}

function fileTaken(path: string, cause?: unknown) {
  return alreadyThere({ path }, { cause, hint: 'Give that file another name first.' })
}

/** All of the files, or none. */
async function writeAll(files: readonly SourceFile[]): Promise<void> {
  const made: string[] = []
  for (const { file, text } of files) {
    try {
      await writeFile(file, text, { flag: 'wx' })
      made.push(file)
    } catch (cause) {
      const isTaken = codeOf(cause) === 'EEXIST'
      // If the disk is full, a part of the file is left.
      const ours = isTaken ? made : [...made, file]
      await Promise.all(ours.map((file) => rm(file, { force: true })))
      throw isTaken ? fileTaken(file, cause) : notWritable(file, cause)
    }
  }
}
