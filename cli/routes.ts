/** `flowpot routes`: what an application answers. */

import { loadFolder } from '../server/compose/load-folder.ts'
import { alignColumns } from '../workbench/align-columns.ts'
import { print, printJson, reportProblems } from './output.ts'

export async function routes(folder: string, options: { json?: boolean }): Promise<number> {
  const { application, ...loaded } = await loadFolder(folder)
  if (!application) return reportProblems(loaded, options.json)
  const rows = application.endpoints.map(({ spec, flow, line }) => ({
    method: spec.method,
    route: spec.route,
    access: spec.access,
    enabled: spec.enabled,
    flow: flow.name,
    file: flow.file,
    line,
    ...(spec.description === undefined ? {} : { description: spec.description }),
  }))
  rows.sort((a, b) => a.route.localeCompare(b.route) || a.method.localeCompare(b.method))
  if (options.json) {
    printJson({ routes: rows })
    return 0
  }
  const cells = rows.map((row) => [
    row.method,
    row.route,
    row.enabled ? describeAccess(row.access) : 'disabled',
    row.flow,
    `${row.file}:${row.line}`,
  ])
  for (const line of alignColumns(cells)) print(line)
  return 0
}

function describeAccess(access: string | { readonly groups: readonly string[] }): string {
  return typeof access === 'string' ? access : `groups: ${access.groups.join(', ')}`
}
