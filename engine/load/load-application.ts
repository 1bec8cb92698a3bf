/** Loads a whole application, or reports everything that is wrong with it. */

import type { Limits, Loaded } from '../application.ts'
import { createApplication } from '../run/create-application.ts'
import { linkFlows } from '../run/link-flows.ts'
import type { WrapVisit } from '../run/linked-flow.ts'
import type { SourceFile } from '../source/position.ts'
import { hasErrors } from '../source/problem.ts'
import { type CheckOptions, checkApplication } from './check-application.ts'

export interface LoadOptions extends CheckOptions {
  readonly limits?: Partial<Limits>
  readonly wrapVisit?: WrapVisit | undefined
}

/** `sources` are the files of the folder: `application.yaml`, flows, and tests, which are ignored. */
export function loadApplication(sources: readonly SourceFile[], options: LoadOptions): Loaded {
  const { settings, documents, flows: compiled, problems } = checkApplication(sources, options)
  if (hasErrors(problems)) return { application: undefined, problems }
  const linked = linkFlows(compiled.values(), options.wrapVisit)
  const flows = documents.flatMap((document) => compiled.get(document) ?? [])
  const triggers = flows.flatMap((flow) => linked.get(flow) ?? [])
  const descriptions = flows.map(({ flow }) => flow)
  return { application: createApplication(settings, descriptions, triggers, options.limits, options.env), problems }
}
