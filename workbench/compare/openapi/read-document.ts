/** Reads an earlier OpenAPI document. */
import { isMap } from '../../../engine/values/is-map.ts'
import { readText } from '../../read-text.ts'
import { callWrong } from '../../refusals.ts'
import type { Part } from './references.ts'

/** `-` is standard input. Throws `CLI_CALL_WRONG` if there is no such file, or it is not an OpenAPI document. */
export async function readDocument(file: string): Promise<Part> {
  const document = parse(file, await readText(file))
  const { openapi, swagger, paths } = document
  if (typeof openapi !== 'string' || !/^3\.\d/.test(openapi)) {
    const found = swagger ?? openapi
    const problem = found === undefined ? 'it does not say which OpenAPI it is' : `it is of OpenAPI ${String(found)}`
    throw refused(file, `${problem}, and 3.x is asked`)
  }
  if (paths !== undefined && !isMap(paths)) throw refused(file, 'its paths are no object')
  return document
}

function parse(file: string, text: string): Part {
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch (cause) {
    throw refused(file, `it is not JSON (${cause instanceof Error ? cause.message : String(cause)})`)
  }
  if (isMap(document)) return document
  throw refused(file, 'it is no object')
}

function refused(file: string, why: string) {
  const name = file === '-' ? 'Standard input' : file
  return callWrong({ problem: `${name} is no OpenAPI document to compare with: ${why}.` })
}
