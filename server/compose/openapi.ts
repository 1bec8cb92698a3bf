/** The OpenAPI document of a loaded folder, with every node type, trigger type and action that there is. */
import type { Application } from '../../engine/application.ts'
import { describeOpenApi, type OpenApiDocument } from '../../engine/describe/openapi/openapi.ts'
import type { SourceFile } from '../../engine/source/position.ts'
import { nodeTypes, triggerTypes } from '../../nodes/index.ts'
import { describeActions } from '../../platform/resources/catalogue.ts'

/** `server` is where the endpoints are served. */
export function openApiOf(application: Application, sources: readonly SourceFile[], server?: string): OpenApiDocument {
  const options = { nodeTypes, triggerTypes, actions: describeActions() }
  return describeOpenApi(application, sources, server === undefined ? options : { ...options, server })
}

/** For a process that serves: made when it is asked for, once an application. */
export function createOpenApi(first: readonly SourceFile[]) {
  let sources = first
  let made: { readonly application: Application; readonly document: OpenApiDocument } | undefined
  return {
    of(application: Application, server: string | undefined): OpenApiDocument {
      if (made?.application !== application) made = { application, document: openApiOf(application, sources, server) }
      return made.document
    },
    /** Tells what the next application was loaded from. */
    follow(next: readonly SourceFile[]) {
      sources = next
    },
  }
}
