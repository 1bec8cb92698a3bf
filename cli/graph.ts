/** `flowpot graph`: a flow as a Mermaid flowchart, or drawn for the terminal. */
import { drawMermaid } from '../workbench/outline/mermaid.ts'
import { readOutline } from '../workbench/outline/read-outline.ts'
import { drawText } from '../workbench/outline/text.ts'
import { outlineOrProblems, print, printJson } from './output.ts'

export interface GraphOptions {
  readonly mermaid?: boolean
  readonly json?: boolean
}

export async function graph(file: string, { mermaid = false, json = false }: GraphOptions): Promise<number> {
  const outline = outlineOrProblems(await readOutline(file), json)
  if (!outline) return 1
  if (json) printJson(outline)
  else print(mermaid ? drawMermaid(outline) : drawText(outline))
  return 0
}
