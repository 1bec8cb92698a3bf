/** What a node remembers from one run to the next, by its ID, so that the flow may be rearranged around it. */
import { Type } from 'typebox'
import type { StorageSlot } from '../../contracts/storage.ts'
import type { CompileContext, NodeCheck, Run } from '../../engine/node.ts'
import { type CompiledValue, ValueOf } from '../../engine/schema.ts'
import type { Payload } from '../../engine/values/payload.ts'
import { present } from './device-selection.ts'

export const identifier = Type.Optional(
  ValueOf(Type.Union([Type.String(), Type.Number()]), {
    description: 'Each of these is remembered apart, as each device. Without it there is one memory for all runs.',
    examples: ['<< data.deviceId >>'],
  }),
)

/** For the description of a node that has one. */
export const aboutMemory = `The node needs an \`id\`: what it remembers is kept under it, survives a restart, and is lost to it when the ID or the name of
the file changes. An \`identifier\` that is missing fails the run. Nothing that is remembered expires.`

/** A place in the flow is no name: with a node put in above, the memory of one would be another's. */
export function checkMemory({ id, report }: NodeCheck): void {
  if (id !== undefined) return
  const message = 'What this node remembers is kept under its ID, and it has none.'
  report({ code: 'FLOW_MISSING_FIELD', at: [], message, hint: 'Give it one, such as "id: too-dry".' })
}

/** Where a node of this type remembers what it knows of a payload. */
export function compileMemory(
  type: string,
  identifier: CompiledValue<string | number> | undefined,
  { flowId, nodeName }: CompileContext,
): (payload: Payload, run: Run) => StorageSlot {
  const scope = `${type}:${flowId}/${nodeName}`
  return (payload, { within }) => ({
    scope: `${scope}${within}`,
    key: identifier ? String(present('identifier', identifier(payload))) : '',
  })
}
