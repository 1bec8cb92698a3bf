/** `flowpot add endpoint`: starts a flow with its test, if the application can have the endpoint. */
import { rm, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { type Endpoint, parseEndpoint, routeParams } from '../engine/route.ts'
import type { SourceFile } from '../engine/source/position.ts'
import type { Problem } from '../engine/source/problem.ts'
import { TextSyntaxError } from '../engine/source/syntax-error.ts'
import { type LoadedFolder, loadFolder, loadSources } from '../server/compose/load-folder.ts'
import { alreadyThere, callWrong, codeOf, endpointRefused, notWritable } from '../workbench/refusals.ts'
import { type EndpointFiles, endpointFiles, samplePath } from '../workbench/scaffold/endpoint-files.ts'
import { describeProblems, print, printError, printJson, shellQuoted } from './output.ts'

export interface AddOptions {
  readonly folder: string
  readonly json?: boolean
}

export async function addEndpoint(text: string, { folder, json = false }: AddOptions): Promise<number> {
  const endpoint = readEndpoint(text)
  const loaded = await loadFolder(folder)
  // Which routes a broken flow has cannot be told.
  if (!loaded.application) {
    if (json) printJson({ problems: loaded.problems })
    else printError(describeProblems(loaded.problems, loaded.sources))
    return 1
  }
  const files = endpointFiles(endpoint, folder)
  refuseConflicts(files, loaded)
  // The flow last: a server that watches the folder then finds all of it.
  await writeAll([files.test, files.flow])
  if (json) printJson({ flow: files.flow.file, test: files.test.file })
  else {
    print(`Made ${files.flow.file} and ${files.test.file}.

Next:
  flowpot test ${shellQuoted(files.flow.file)}
  flowpot run ${shellQuoted(files.flow.file)}${requestOption(endpoint)}`)
  }
  return 0
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
      // A disk that is full leaves part of a file.
      const ours = isTaken ? made : [...made, file]
      await Promise.all(ours.map((file) => rm(file, { force: true })))
      throw isTaken ? fileTaken(file, cause) : notWritable(file, cause)
    }
  }
}

/** A dry run has to be told what stands for parameters. */
function requestOption(endpoint: Endpoint): string {
  if (routeParams(endpoint.segments).length === 0) return ''
  return ` --request ${shellQuoted(`${endpoint.method} ${samplePath(endpoint)}`)}`
}
