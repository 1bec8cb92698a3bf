/** `flowpot openapi`: describes an application's endpoints as OpenAPI, and finds what breaks the clients of an earlier document. */
import { loadFolder } from '../server/compose/load-folder.ts'
import { openApiOf } from '../server/compose/openapi.ts'
import { type Break, breaksBetween } from '../workbench/compare/openapi/breaks.ts'
import { readDocument } from '../workbench/compare/openapi/read-document.ts'
import type { Part } from '../workbench/compare/openapi/references.ts'
import { callWrong } from '../workbench/refusals.ts'
import { writeText } from '../workbench/write-text.ts'
import { print, printJson, reportProblems, writeDocument } from './output.ts'

export interface OpenApiOptions {
  /** An earlier document to compare with; `-` is standard input. */
  readonly against?: string
  /** A file to write to instead of standard output. It is replaced if it exists, unless something breaks a client. */
  readonly out?: string
  readonly json?: boolean
}

/** 1 where something breaks a client. */
export async function openapi(folder: string, options: OpenApiOptions): Promise<number> {
  const { against, out, json = false } = options
  const before = against === undefined ? undefined : await readDocument(against)
  const { application, ...loaded } = await loadFolder(folder)
  if (!application) return reportProblems(loaded, json)
  const document = openApiOf(application, loaded.sources)
  if (!before) return writeDocument(document, options)
  const text = JSON.stringify(document, null, 2)
  // Compared as it would be read again, without the keys that are undefined.
  const breaks = findBreaks(before, JSON.parse(text))
  // A document that breaks clients must not replace the one that they know.
  if (out !== undefined && breaks.length === 0) await writeText(out, `${text}\n`)
  return reportBreaks(breaks, json)
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
