/**
 * One JSON Schema for every file of an application's folder, for editors: flows, `application.yaml` and tests, told apart
 * by their shape. It says what can be said of a file without reading its templates and wires; `check` says the rest.
 */

import type { ActionCatalog } from '../../contracts/actions.ts'
import { flowSchema } from '../flow/flow-schema.ts'
import { closeSchema } from '../json-schema/close-schema.ts'
import type { JsonSchema } from '../json-schema/shape-of-schema.ts'
import { settingsSchemaFor } from '../load/application-file.ts'
import type { NodeType } from '../node.ts'
import type { TriggerType } from '../trigger.ts'
import { templateText } from './field-schema.ts'
import { fieldsOf, hasAny, ref, when } from './json-schema.ts'
import { nodeDefinitions } from './node-schema.ts'
import { testFileSchemaFor } from './test-file.ts'
import { triggerDefinitions } from './trigger-schema.ts'
import { wireDefinitions } from './wire-schema.ts'

export interface EditorSchemaOptions {
  readonly nodeTypes: readonly NodeType[]
  readonly triggerTypes: readonly TriggerType[]
  readonly actions: ActionCatalog
  /** Types that stand for the custom nodes of one application; what they are is left open where they are not given. */
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
  /** A file that has only begun. */
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

/** Keys that a file of the one kind has, and of the other has not. */
function keysOfOne(one: JsonSchema, other: JsonSchema): readonly string[] {
  return Object.keys(fieldsOf(one)).filter((key) => !Object.hasOwn(fieldsOf(other), key))
}
