import { expect } from 'vitest'
import type { NodeExample } from '../../engine/node.ts'
import { parsePath } from '../../engine/values/path.ts'
import type { NodeRun } from './run-node.ts'

/** Holds a run of an example against what its page says. */
export function expectAsSaid(run: Omit<NodeRun, 'calls' | 'logs' | 'tokens'>, expected: NodeExample['expect']): void {
  const { output, payload = {}, stored, reply, sent, error, returned } = expected
  if (error === undefined) expect(run.error).toBeUndefined()
  else expect(String(run.error)).toContain(error)
  if (output !== undefined) expect(run.output).toBe(output)
  if (stored !== undefined) expect(run.stored).toEqual(stored)
  if (sent !== undefined) expect(run.sent).toMatchObject(sent)
  if (returned !== undefined) expect(run.returned).toEqual(returned)
  if (reply !== undefined) expect(run.reply).toMatchObject(reply)
  for (const [path, value] of Object.entries(payload)) expect(parsePath(path).get(run.payload)).toEqual(value)
}
