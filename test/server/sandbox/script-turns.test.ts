import { describe, expect, test } from 'vitest'
import { createScriptTurns, type LaneTask } from '../../../server/sandbox/script-turns.ts'

/** `a1` is a task of the script `a` for the network `1`; `a` alone was started from within. */
const task = (name: string): LaneTask & { readonly name: string } => ({
  name,
  source: name.charAt(0),
  network: name.charAt(1) || undefined,
})

function turns(names: string, maxWaiting = 100) {
  const waiting = createScriptTurns<ReturnType<typeof task>>(maxWaiting)
  const refused = names.split(' ').flatMap((name) => waiting.push(task(name))?.name ?? [])
  const left = () => {
    const order: string[] = []
    for (let next = waiting.shift(() => true); next; next = waiting.shift(() => true)) order.push(next.name)
    return order.join(' ')
  }
  return { waiting, refused, left }
}

describe('scripts that wait', () => {
  test.each([
    ['one script, in order', 'a1 a1 a1', 'a1 a1 a1'],
    ['scripts take turns', 'a1 a1 a1 b1 c1', 'a1 b1 c1 a1 a1'],
    ['so do networks, within a script', 'a1 a1 a1 a2 a a2', 'a1 a2 a a1 a2 a1'],
    ['a network gains nothing by asking for another script', 'a1 a1 b1 b1 b2', 'a1 b1 a1 b2 b1'],
  ])('%s', (_, names, order) => {
    expect(turns(names).left()).toBe(order)
  })

  test('are passed over where there is no thread for them, and keep their turn', () => {
    const { waiting, left } = turns('a1 a2 b1')
    expect(waiting.shift(({ source }) => source === 'b')?.name).toBe('b1')
    expect(waiting.shift(({ source }) => source === 'b')).toBeUndefined()
    expect(left()).toBe('a1 a2')
  })

  test.each([
    ['the one that comes last, in the longest lane', 'a1 a1 a1 a1', ['a1'], 'a1 a1 a1'],
    ['the last of the longest lane, for one of another', 'a1 a1 a1 b1', ['a1'], 'a1 b1 a1'],
    ['nobody from within', 'a1 a1 a1 b b b', [], 'a1 b a1 b a1 b'],
    ['the one that comes, where only those from within could go', 'a a a b1', ['b1'], 'a a a'],
  ])('past their number refuse %s', (_, names, refused, order) => {
    const all = turns(names, 3)
    expect([all.refused, all.left()]).toEqual([refused, order])
  })

  test('can be taken back, which makes room', () => {
    const waiting = createScriptTurns<ReturnType<typeof task>>(1)
    const first = task('a1')
    waiting.push(first)
    waiting.delete(first)
    waiting.delete(first)
    expect(waiting.push(task('b1'))).toBeUndefined()
    expect(waiting.clear().map(({ name }) => name)).toEqual(['b1'])
    expect(waiting.shift(() => true)).toBeUndefined()
  })
})
