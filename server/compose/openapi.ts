/** The OpenAPI document of a loaded folder, with every node type, trigger type and action that there is. */
import type { Application } from '../../engine/application.ts'
import { describeOpenApi, type OpenApiDocument } from '../../engine/describe/openapi/openapi.ts'
import type { SourceFile } from '../../engine/source/position.ts'
import { nodeTypes, triggerTypes } from '../../nodes/index.ts'
import { describeActions } from '../../platform/resources/catalogue.ts'
import type { ServedApplication } from './served-application.ts'

/** `server` is where the endpoints are served. */
export function openApiOf(application: Application, sources: readonly SourceFile[], server?: string): OpenApiDocument {
  const options = { nodeTypes, triggerTypes, actions: describeActions() }
  return describeOpenApi(application, sources, server === undefined ? options : { ...options, server })
}

/** For a process that serves: makes the document when it is asked for, once for each application. */
export function createOpenApi(served: ServedApplication, server: () => string | undefined): () => OpenApiDocument {
  let made: { readonly application: Application; readonly document: OpenApiDocument } | undefined
  return () => {
    const application = served.current()
    if (made?.application !== application) {
      made = { application, document: openApiOf(application, served.sources(), server()) }
    }
    return made.document
  }
}
