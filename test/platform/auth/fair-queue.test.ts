import { expect, test } from 'vitest'
import { createFairQueue, type FairQueue, type Priority } from '../../../platform/auth/fair-queue.ts'
import { tooManySignIns } from '../../../platform/base/refusals.ts'

/** A queue with one slot, which `finish` frees: works begin one after the other, and note their names. */
function createScene(limits: { maxWaiting?: number; maxWaitingOfNetwork?: number } = {}) {
  const queue: FairQueue = createFairQueue({ slots: 1, maxWaiting: 100, maxWaitingOfNetwork: 50, ...limits })
  const begun: string[] = []
  const refused: string[] = []
  let release = () => {}
  const ask = (name: string, network: string | undefined, priority: Priority = 'first') =>
    queue
      .run(priority, network, async () => {
        begun.push(name)
        await new Promise<void>((resolve) => {
          release = resolve
        })
      })
      .catch((error) => {
        expect(tooManySignIns.is(error) && error.headers['retry-after']).toBe('5')
        refused.push(name)
      })
  const finish = async () => {
    const count = begun.length
    release()
    for (let tick = 0; tick < 20 && begun.length === count; tick++) await Promise.resolve()
  }
  return { ask, begun, refused, finish }
}

const settle = async () => {
  for (let tick = 0; tick < 20; tick++) await Promise.resolve()
}

test('Networks take turns, each in its own order', async () => {
  const { ask, begun, finish } = createScene()
  for (let n = 0; n < 5; n++) ask(`flood ${n}`, '10.0.0.1')
  ask('honest', '10.0.0.2')
  ask('other 0', '10.0.0.3')
  ask('other 1', '10.0.0.3')
  for (let n = 0; n < 8; n++) await finish()
  expect(begun).toEqual(['flood 0', 'flood 1', 'honest', 'other 0', 'flood 2', 'other 1', 'flood 3', 'flood 4'])
})

test.each([
  ['first', 'second'],
  ['second', 'first'],
] as const)(
  'A flood of works that are served %s lets those that are served %s have a turn soon',
  async (flood, honest) => {
    const { ask, begun, finish } = createScene()
    for (let n = 0; n < 40; n++) ask('flood', '10.0.0.1', flood)
    ask('honest', '10.0.0.2', honest)
    for (let n = 0; n < 5; n++) await finish()
    expect(begun).toContain('honest')
  },
)

test('A work that is served first passes those that are served second, though they are of its own network', async () => {
  const { ask, begun, finish } = createScene()
  for (let n = 0; n < 20; n++) ask('sign-up', '10.0.0.1', 'second')
  ask('sign-in', '10.0.0.1')
  await finish()
  expect(begun).toEqual(['sign-up', 'sign-in'])
})

test('One network has no more waiting than its share', async () => {
  const { ask, begun, refused, finish } = createScene({ maxWaitingOfNetwork: 3 })
  for (let n = 0; n < 6; n++) ask(`flood ${n}`, '10.0.0.1')
  ask('honest', '10.0.0.2')
  await settle()
  expect(refused).toEqual(['flood 4', 'flood 5'])
  await finish()
  await finish()
  expect(begun).toContain('honest')
})

test('Where all places are taken, whoever waits with most makes room; nobody does who has as few', async () => {
  const { ask, refused } = createScene({ maxWaiting: 5, maxWaitingOfNetwork: 3 })
  ask('running', '10.0.0.9')
  for (let n = 0; n < 3; n++) ask(`one ${n}`, '10.0.0.1')
  for (let n = 0; n < 2; n++) ask(`two ${n}`, '10.0.0.2')
  ask('three', '10.0.0.3')
  await settle()
  expect(refused).toEqual(['one 2'])
  ask('four', '10.0.0.4')
  ask('five', '10.0.0.5')
  await settle()
  expect(refused).toEqual(['one 2', 'one 1', 'two 1'])
  ask('six', '10.0.0.6')
  await settle()
  expect(refused).toEqual(['one 2', 'one 1', 'two 1', 'six'])
})

test('A call from within waits however many do', async () => {
  const { ask, begun, refused, finish } = createScene({ maxWaiting: 2, maxWaitingOfNetwork: 1 })
  for (let n = 0; n < 10; n++) ask('seed', undefined, 'second')
  for (let n = 0; n < 10; n++) await finish()
  expect([begun.length, refused]).toEqual([10, []])
})

test('A slot is free again after a work that throws', async () => {
  const queue = createFairQueue({ slots: 1, maxWaiting: 10, maxWaitingOfNetwork: 10 })
  const works = Array.from({ length: 5 }, () => queue.run('first', 'x', () => Promise.reject(new Error('stop'))))
  for (const one of await Promise.allSettled(works)) expect(one.status).toBe('rejected')
  expect(await queue.run('first', 'x', async () => 'ran')).toBe('ran')
})
