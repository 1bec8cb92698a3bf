/** What a trigger's file must not say, and what a compiled trigger's type tells of it. Compiled and never run. */
import { Type } from 'typebox'
import type { CompiledTrigger } from '../../engine/application.ts'
import { defineTrigger } from '../../engine/trigger.ts'

const described = {
  summary: 'A trigger.',
  config: Type.Object({ name: Type.String() }),
  shape: () => ({}),
  examples: [],
}

export const right = defineTrigger({ ...described, key: 'button', compile: ({ name }) => ({ name }) })

export const unknownKey = defineTrigger({
  ...described,
  // @ts-expect-error: TriggerSpecs has no such key
  key: 'doorbell',
  compile: ({ name }) => ({ name }),
})

export const wrongSpec = defineTrigger({
  ...described,
  key: 'webhook',
  // @ts-expect-error: a webhook's spec says whether the client waits for the reply
  compile: ({ name }) => ({ name }),
})

export function specOf(trigger: CompiledTrigger): string | undefined {
  if (trigger.type === 'endpoint') return trigger.spec.route
  // @ts-expect-error: without knowing its type, nothing is known of its spec
  return trigger.spec.route
}
