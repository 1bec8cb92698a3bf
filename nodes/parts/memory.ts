/** What a node remembers from one run to the next. It is kept under the node's ID, so that the flow may be rearranged around it. */
import { Type } from 'typebox'
import type { StorageSlot } from '../../contracts/storage.ts'
import type { CompileContext, NodeCheck, Run } from '../../engine/node.ts'
import { type CompiledValue, ValueOf } from '../../engine/schema.ts'
import type { Payload } from '../../engine/values/payload.ts'
import { present } from './device-selection.ts'
import { lacking } from './misplaced.ts'

export const identifier = Type.Optional(
  ValueOf(Type.Union([Type.String(), Type.Number()]), {
    description: 'Each of these is remembered apart, as each device. Without it there is one memory for all runs.',
    examples: ['<< data.deviceId >>'],
  }),
)

/** A paragraph for the description of such a node. */
export const aboutMemory = `The node needs an \`id\`: what it remembers is kept under it, survives a restart, and is lost to it when the ID or the name of
the file changes. An \`identifier\` that is missing fails the run. Nothing that is remembered expires.`

/** The memory is not kept under the node's place in the flow: with a node inserted above, it would become another node's. */
export function checkMemory({ id, report }: NodeCheck): void {
  if (id !== undefined) return
  lacking(
    report,
    'What this node remembers is kept under its ID, and it has none.',
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
