/**
 * Describes the endpoints of an application as an OpenAPI 3.1 document, https://spec.openapis.org/oas/v3.1.1.html, with only what its
 * flows say. Values that a flow computes have no type, and disabled endpoints are left out.
 */
import type { Application } from '../../application.ts'
import type { JsonSchema } from '../../json-schema/shape-of-schema.ts'
import type { FlowTypes } from '../../load/check-application.ts'
import type { SourceFile } from '../../source/position.ts'
import { endpointFacts } from './endpoint-facts.ts'
import { describeResponses, replyComponents } from './replies.ts'
import { describeRequest } from './request.ts'
import { type Operation, operationsOf } from './routes.ts'
import { type Requirement, securityOf, securitySchemes } from './security.ts'

export interface OpenApiOptions extends FlowTypes {
  /** The base URL of the endpoints: `http://127.0.0.1:8080`. */
  readonly server?: string
}

export interface OpenApiDocument extends JsonSchema {
  readonly openapi: '3.1.0'
  readonly paths: Readonly<Record<string, JsonSchema>>
}

/** `sources` are the files from which `application` was loaded. */
export function describeOpenApi(
  application: Application,
  sources: readonly SourceFile[],
  options: OpenApiOptions,
): OpenApiDocument {
  const paths: Record<string, Record<string, unknown>> = {}
  const requirements: Requirement[] = []
  const schemas: Record<string, JsonSchema> = { ...replyComponents.schemas }
  for (const operation of operationsOf(endpointFacts(application, sources, options))) {
    const security = securityOf(operation.facts)
    requirements.push(...security)
    const { components, ...request } = describeRequest(operation)
    Object.assign(schemas, components)
    const item = paths[operation.path] ?? {}
    paths[operation.path] = item
    item[operation.facts.spec.method.toLowerCase()] = {
      ...describeOperation(operation),
      ...(request.parameters.length > 0 && { parameters: request.parameters }),
      ...(request.requestBody && { requestBody: request.requestBody }),
      responses: describeResponses(operation.facts),
      security,
    }
  }
  return {
    openapi: '3.1.0',
    // An application has no version. Its flows find `develop` at `experience.version`.
    info: { title: application.settings.name, version: 'develop' },
    ...(options.server !== undefined && { servers: [{ url: options.server }] }),
    paths,
    components: { ...replyComponents, schemas, securitySchemes: securitySchemes(requirements) },
  }
}

function describeOperation({ facts: { spec, flow }, path, id }: Operation) {
  const descriptions = [spec.description, flow.description].filter((text) => text !== undefined)
  const tag = path.split('/').find((part) => part !== '' && !part.startsWith('{'))
  return {
    operationId: id,
    ...(tag !== undefined && { tags: [decodeURI(tag)] }),
    summary: flow.name,
    ...(descriptions.length > 0 && { description: descriptions.join('\n\n') }),
  }
}
