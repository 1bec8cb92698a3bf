/** Checks flows of the real node types, as `flowpot check` does. */
import type { Problem } from '../../../engine/source/problem.ts'
import { loadSources } from '../../../server/compose/load-folder.ts'

export function problemsOf(text: string, application = 'name: A'): readonly Problem[] {
  const files = { 'application.yaml': application, 'flow.yaml': text }
  return loadSources(Object.entries(files).map(([file, text]) => ({ file, text }))).problems
}

/** `3:5 FLOW_CYCLE` */
export function placesOf(text: string, application?: string): readonly string[] {
  return problemsOf(text, application).map(({ line, column, code }) => `${line}:${column} ${code}`)
}

/** A flow whose nodes begin on the third line. */
export function endpointFlow(nodes: string, on = '{ endpoint: "POST /a/{id}" }'): string {
  return `name: F\non: ${on}\nnodes:\n${nodes}`
}
