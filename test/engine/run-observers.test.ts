/** What a run tells those who watch it. */
import { describe, expect, it } from 'vitest'
import type { RunObserver } from '../../engine/application.ts'
import { quietServices } from '../services.ts'
import { compile } from './fixtures.ts'

const flow = `name: F
on: { endpoint: POST /f }
nodes:
  - { id: ask, type: ask, call: devices.get }
  - { id: answer, type: reply, body: << data.body.gone >> }
`

async function run(observers: readonly RunObserver[], text = flow) {
  const application = compile(text)
  const [trigger] = application.endpoints
  if (!trigger) throw new Error('The flow has no endpoint.')
  const logs: unknown[] = []
  const request = {
    trigger,
    id: 'run-1',
    applicationId: 'a',
    data: { body: {} },
    services: quietServices(),
    log: (level: string, message: string) => logs.push([level, message]),
  }
  const outcome = await application.start(request, observers).done
  return { outcome, logs }
}

function noting() {
  const told: unknown[] = []
  const observer: RunObserver = {
    begun: ({ payload, startedAt }) => told.push(['begun', payload.flowName, startedAt]),
    visited: ({ nodeName, output }) => told.push(['visited', nodeName, output]),
    called({ name, params }) {
      told.push(['called', name, params])
      return { answered: (answer) => told.push(['answered', answer]), failed: (error) => told.push(['failed', error]) }
    },
    missing: (path) => told.push(['missing', path]),
    ended: ({ outcome }) => told.push(['ended', outcome.error?.code]),
  }
  return { observer, told }
}

const all = [
  ['begun', 'F', 0],
  ['called', 'devices.get', {}],
  ['answered', { result: {} }],
  ['visited', 'ask', 'then'],
  ['missing', 'data.body.gone'],
  ['visited', 'answer', 'next'],
  ['ended', undefined],
]

describe('An observer', () => {
  it('is told that a run has begun, what it did, and that it has ended', async () => {
    const { observer, told } = noting()
    await run([observer])
    expect(told).toEqual(all)
  })

  it('is told of all also next to others, and next to one that throws, which is logged', async () => {
    const fails = () => {
      throw new Error('No room.')
    }
    const [one, other] = [noting(), noting()]
    const { outcome, logs } = await run([{ begun: fails, visited: fails, ended: fails }, one.observer, other.observer])
    expect([one.told, other.told]).toEqual([all, all])
    expect(outcome.error).toBeUndefined()
    expect(logs).toEqual(Array.from({ length: 4 }, () => ['error', 'An observer of the run failed']))
  })

  it('of the end alone is told how a run failed', async () => {
    const { observer, told } = noting()
    const { ended } = observer
    await run([{ ...(ended && { ended }) }], flow.replace('type: reply, body: << data.body.gone >>', 'type: fail'))
    expect(told).toEqual([['ended', 'RUN_FAILED']])
  })
})
