/** `flowpot openapi`: what an application answers, as OpenAPI, and what of it breaks a client of an earlier one. */
import { writeFile } from 'node:fs/promises'
import { loadFolder } from '../server/compose/load-folder.ts'
import { openApiOf } from '../server/compose/openapi.ts'
import { type Break, breaksBetween } from '../workbench/compare/openapi/breaks.ts'
import { readDocument } from '../workbench/compare/openapi/read-document.ts'
import type { Part } from '../workbench/compare/openapi/references.ts'
import { callWrong, notWritable } from '../workbench/refusals.ts'
import { describeProblems, print, printError, printJson } from './output.ts'

export interface OpenApiOptions {
  /** An earlier document, which the application is held against; `-` is standard input. */
  readonly against?: string
  /** Where the document goes, in place of standard output. What stood there is replaced, unless something breaks a client. */
  readonly out?: string
  readonly json?: boolean
}

/** 1 where something breaks a client. */
export async function openapi(folder: string, { against, out, json = false }: OpenApiOptions): Promise<number> {
  const before = against === undefined ? undefined : await readDocument(against)
  const { application, problems, sources } = await loadFolder(folder)
  if (!application) {
    if (json) printJson({ problems })
    else printError(describeProblems(problems, sources))
    return 1
  }
  const document = openApiOf(application, sources)
  const text = JSON.stringify(document, null, 2)
  // As it would be read again: what is undefined stands nowhere in it.
  const breaks = before && findBreaks(before, JSON.parse(text))
  // A document that breaks clients does not take the place of the one that they know.
  if (out !== undefined && !breaks?.length) await write(out, text)
  if (breaks) return reportBreaks(breaks, json)
  if (out !== undefined) {
    if (json) printJson({ file: out })
    else print(`Wrote ${out}.`)
  } else if (json) printJson(document)
  else print(text)
  return 0
}

async function write(file: string, text: string): Promise<void> {
  await writeFile(file, `${text}\n`).catch((cause: unknown) => {
    throw notWritable(file, cause)
  })
}

function findBreaks(before: Part, after: Part): readonly Break[] {
  try {
    return breaksBetween(before, after)
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
    throw callWrong({ problem: 'The document to compare with is nested too deeply.' }, { cause })
  }
}

function reportBreaks(breaks: readonly Break[], json: boolean): number {
  if (json) printJson({ breaks })
  else if (breaks.length === 0) print('Nothing breaks a client.')
  else for (const { operation, place, message } of breaks) print(`${operation}: ${place ? `${place} ` : ''}${message}`)
  return breaks.length === 0 ? 0 : 1
}
