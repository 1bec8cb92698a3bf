/** The schemas of triggers for editors. The one key that names its type tells which trigger it is. */
import type { ActionCatalog } from '../../contracts/actions.ts'
import { closeSchema } from '../json-schema/close-schema.ts'
import type { JsonSchema } from '../json-schema/shape-of-schema.ts'
import type { TriggerType } from '../trigger.ts'
import { fieldSchema } from './field-schema.ts'
import { fieldsOf, has, hasAny, ref, when } from './json-schema.ts'
import { wireField } from './wire-schema.ts'

export function triggerDefinitions(
  types: readonly TriggerType[],
  actions: ActionCatalog,
): Readonly<Record<string, JsonSchema>> {
  return {
    triggers: when({ type: 'array' }, { minItems: 1, items: ref('trigger') }, ref('trigger')),
    trigger: {
      properties: Object.fromEntries(types.map(({ key, summary }) => [key, { description: summary }])),
      ...hasAny(types.map(({ key }) => key)),
      allOf: types.map(({ key }) => when(has(key), ref(`trigger.${key}`))),
    },
    ...Object.fromEntries(types.map((type) => [`trigger.${type.key}`, triggerSchema(type, actions)])),
  }
}

function triggerSchema(type: TriggerType, actions: ActionCatalog): JsonSchema {
  const config = closeSchema(fieldSchema(type.config, actions))
  const start = wireField('then', 'The ID of the node to start at, if it is not the first.')
  return { ...config, properties: { ...fieldsOf(config), ...start } }
}
