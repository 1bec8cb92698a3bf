import { describe, expect, it } from 'vitest'
import { createEvents } from '../../../platform/base/events.ts'

function setUp() {
  const logged: unknown[] = []
  return { logged, events: createEvents({ error: (details) => logged.push(details) }) }
}

describe('an event', () => {
  it('is told to each listener of its name, in their order, before emit returns', () => {
    const { events } = setUp()
    const told: string[] = []
    events.on('deviceDeleted', ({ deviceId }) => told.push(`one ${deviceId}`))
    events.on('deviceDeleted', ({ deviceId }) => told.push(`two ${deviceId}`))
    events.on('deviceCreated', () => told.push('of another name'))
    events.emit('deviceDeleted', { deviceId: 'a' })
    expect(told).toEqual(['one a', 'two a'])
    events.emit('keyChanged', { applicationKeyId: 'k' })
    expect(told).toHaveLength(2)
  })

  it('reaches the others when a listener throws, and the log says so', () => {
    const { events, logged } = setUp()
    const told: string[] = []
    const error = new Error('no')
    events.on('deviceDeleted', () => {
      throw error
    })
    events.on('deviceDeleted', ({ deviceId }) => told.push(deviceId))
    events.emit('deviceDeleted', { deviceId: 'a' })
    expect(told).toEqual(['a'])
    expect(logged).toEqual([{ err: error, event: 'deviceDeleted' }])
  })

  it('is told no more once listening has ended, also where the same function listens twice', () => {
    const { events } = setUp()
    let count = 0
    const listener = () => {
      count++
    }
    const stop = events.on('deviceDeleted', listener)
    events.on('deviceDeleted', listener)
    events.emit('deviceDeleted', { deviceId: 'a' })
    expect(count).toBe(2)
    stop()
    stop()
    events.emit('deviceDeleted', { deviceId: 'a' })
    expect(count).toBe(3)
  })
})
