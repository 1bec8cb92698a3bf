/**
 * A JSON Schema for editors that covers every file of an application's folder: flows, `application.yaml` and tests, which it tells
 * apart by their keys. It covers what can be checked without reading templates and wires; `check` does the rest.
 */
import { flowSchema } from '../flow/flow-schema.ts'
import { closeSchema } from '../json-schema/close-schema.ts'
import type { JsonSchema } from '../json-schema/shape-of-schema.ts'
import { settingsSchemaFor } from '../load/application-file.ts'
import type { FlowTypes } from '../load/check-application.ts'
import type { NodeType } from '../node.ts'
import { templateText } from './field-schema.ts'
import { fieldsOf, hasAny, ref, when } from './json-schema.ts'
import { nodeDefinitions } from './node-schema.ts'
import { testFileSchemaFor } from './test-file.ts'
import { triggerDefinitions } from './trigger-schema.ts'
import { wireDefinitions } from './wire-schema.ts'

export interface EditorSchemaOptions extends FlowTypes {
  /** The types of the custom nodes of an application. Without them the schema accepts any. */
  readonly customNodes?: readonly NodeType[]
}

export function editorSchema({ nodeTypes, triggerTypes, actions, customNodes }: EditorSchemaOptions): JsonSchema {
  const application = closeSchema(settingsSchemaFor(actions))
  const flow = closeSchema({
    ...flowSchema,
    properties: {
      ...flowSchema.properties,
      on: { description: 'What starts the flow: a trigger or a list of them.', allOf: [ref('triggers')] },
      nodes: { description: 'Its steps, from top to bottom.', type: 'array', items: ref('node') },
    },
  })
  /** A file that does not show yet what it is. */
  const either = { ...flow, required: ['name'], properties: { ...fieldsOf(flow), ...fieldsOf(application) } }
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    description: 'A file of a Flowpot application: a flow, application.yaml, or tests.',
    ...when(
      { type: 'array' },
      ref('tests'),
      when(
        hasAny(keysOfOne(flow, application)),
        ref('flow'),
        when(hasAny(keysOfOne(application, flow)), ref('application'), ref('either')),
      ),
    ),
    definitions: {
      application,
      flow,
      either,
      tests: closeSchema(testFileSchemaFor(actions)),
      template: templateText,
      ...wireDefinitions,
      ...triggerDefinitions(triggerTypes, actions),
      ...nodeDefinitions(nodeTypes, actions, customNodes),
    },
  }
}

/** The keys that only the first of two kinds of files has. */
function keysOfOne(one: JsonSchema, other: JsonSchema): readonly string[] {
  return Object.keys(fieldsOf(one)).filter((key) => !Object.hasOwn(fieldsOf(other), key))
}
