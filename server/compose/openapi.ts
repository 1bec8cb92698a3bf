/** Makes the OpenAPI document of an application, from all node types, trigger types and actions. */
import type { Application } from '../../engine/application.ts'
import { describeOpenApi, type OpenApiDocument } from '../../engine/describe/openapi/openapi.ts'
import type { SourceFile } from '../../engine/source/position.ts'
import { nodeTypes, triggerTypes } from '../../nodes/index.ts'
import { describeActions } from '../../platform/resources/catalogue.ts'
import type { ServedApplication } from './served-application.ts'

/** `server` is the URL of the endpoints. */
export function openApiOf(application: Application, sources: readonly SourceFile[], server?: string): OpenApiDocument {
  const options = { nodeTypes, triggerTypes, actions: describeActions() }
  return describeOpenApi(application, sources, server === undefined ? options : { ...options, server })
}

/** Returns the document of the application that is being served. It is made when it is first asked for, and again after a reload. */
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
