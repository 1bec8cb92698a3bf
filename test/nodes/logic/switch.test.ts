import { describe, expect, test } from 'vitest'
import { switchNode } from '../../../nodes/logic/switch.ts'
import { runNode } from '../run-node.ts'

describe("Losant's switch", () => {
  const translate = switchNode.losant?.translate

  test('keeps what is compared, in its order, and leaves the labels', async () => {
    const config = {
      switchTemplate: '{{data.kind}}:{{data.size}}',
      cases: [
        { caseTemplate: 'pot:1', caseLabel: 'Pot', dontBreak: false },
        { caseTemplate: '{{data.other}}', caseLabel: '' },
      ],
    }
    const translated = translate?.(config)
    expect(translated).toEqual({
      value: '{{data.kind}}:{{data.size}}',
      cases: [{ is: 'pot:1' }, { is: '{{data.other}}' }],
    })
    const yaml = JSON.stringify({ type: 'switch', ...translated })
    const { output } = await runNode({ yaml, payload: { data: { kind: 'pot', size: 1 } } })
    expect(output).toBe('cases[0]')
  })

  test('is refused without cases', () => {
    expect(() => translate?.({ switchTemplate: '{{data.kind}}' })).toThrow('cases')
  })
})
