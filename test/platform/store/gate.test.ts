import { expect, it } from 'vitest'
import { createGate } from '../../../platform/store/gate.ts'

it('lets so many through at once, in the order in which they came, also after one that failed', async () => {
  const gate = createGate(2)
  const begun: number[] = []
  const leave: ((error?: Error) => void)[] = []
  const passing = [0, 1, 2, 3, 4].map((n) =>
    gate.pass(() => {
      begun.push(n)
      return new Promise<number>((resolve, reject) => leave.push((error) => (error ? reject(error) : resolve(n))))
    }),
  )
  const settled = Promise.allSettled(passing)
  expect(begun).toEqual([0, 1])
  leave[1]?.(new Error('It failed.'))
  await passing[1]?.catch(() => {})
  leave[0]?.()
  await passing[0]
  await Promise.resolve()
  expect(begun).toEqual([0, 1, 2, 3])
  leave[2]?.()
  leave[3]?.()
  await Promise.all([passing[2], passing[3]])
  leave[4]?.()
  expect((await settled).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', ...Array(3).fill('fulfilled')])
  expect(await gate.pass(async () => 'free')).toBe('free')
})
