/** `flowpot graph`: a flow as a Mermaid flowchart, or drawn for the terminal. */
import { drawMermaid } from './graph/mermaid.ts'
import { drawText } from './graph/text.ts'
import { print, printJson } from './output.ts'
import { readOutline, reportProblems } from './read-outline.ts'

export interface GraphOptions {
  readonly mermaid?: boolean
  readonly json?: boolean
}

export async function graph(file: string, { mermaid = false, json = false }: GraphOptions): Promise<number> {
  const outline = reportProblems(await readOutline(file), json)
  if (!outline) return 1
  if (json) printJson(outline)
  else print(mermaid ? drawMermaid(outline) : drawText(outline))
  return 0
}
