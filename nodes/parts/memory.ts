/** What a node remembers from one run to the next. It is stored under the node's ID, so that it survives when the flow is rearranged. */
import { Type } from 'typebox'
import type { StorageSlot } from '../../contracts/storage.ts'
import type { CompileContext, NodeCheck, Run } from '../../engine/node.ts'
import { type CompiledValue, ValueOf } from '../../engine/schema.ts'
import type { Payload } from '../../engine/values/payload.ts'
import { present } from './device-selection.ts'
import { lacking } from './misplaced.ts'
import { timeToLive } from './time-to-live.ts'

export const identifier = Type.Optional(
  ValueOf(Type.Union([Type.String(), Type.Number()]), {
    description: 'Keeps a separate memory for each value, such as a device ID. Without it, all runs share one memory.',
    examples: ['<< data.deviceId >>'],
  }),
)

/** A paragraph for the description of such a node. */
export const aboutMemory = `The node needs an \`id\`: its memory is stored under that ID, survives a restart, and is lost when the ID or the name of
the file changes. An \`identifier\` that is missing fails the run.`

/** Memories count from their last change, so that a run that changes nothing writes nothing. */
export const memoryTtl = timeToLive(
  'Forgets what it remembers so many seconds after that last changed. Without it, a memory never expires.',
)

/** Requires an ID. The node's place in the flow cannot name its memory: inserting a node above would hand it to another node. */
export function checkMemory({ id, report }: NodeCheck): void {
  if (id !== undefined) return
  lacking(
    report,
    'What this node remembers is stored under its ID, and it has none.',
    'Give it one, such as "id: too-dry".',
  )
}

/** The slot in which a node keeps its memory for a payload. */
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
