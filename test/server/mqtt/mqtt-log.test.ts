import { expect, it } from 'vitest'
import { createSparseLog, quietLog } from '../../../server/mqtt/mqtt-log.ts'

it('logs a warning a few times in a window, then says how many it left out', () => {
  const lines: [object, string][] = []
  let now = 0
  const warn = createSparseLog({ ...quietLog, warn: (details, message) => lines.push([details, message]) }, () => now)
  const isLogged = Array.from({ length: 1000 }, (_, n) => warn({ n }, 'refused'))
  expect(isLogged.filter(Boolean)).toHaveLength(20)
  warn({}, 'another')
  expect(lines).toEqual([...Array.from({ length: 20 }, (_, n) => [{ n }, 'refused']), [{}, 'another']])
  now = 10_000
  warn({ n: 1000 }, 'refused')
  warn({ n: 1001 }, 'refused')
  warn({}, 'another')
  expect(lines.slice(21)).toEqual([
    [{ n: 1000, leftOut: 980 }, 'refused'],
    [{ n: 1001 }, 'refused'],
    [{}, 'another'],
  ])
})
