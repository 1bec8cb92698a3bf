/** Makes a test of a recorded run by trying several, from the one with the fewest seeds and stubs on. */

import type { CompiledTrigger } from '../../../engine/application.ts'
import { flowIdOf } from '../../../engine/load/file-kinds.ts'
import { labelOf } from '../../../engine/trigger-label.ts'
import { isMap } from '../../../engine/values/is-map.ts'
import type { Payload } from '../../../engine/values/payload.ts'
import type { RecordedVisit, RunRecord } from '../../../server/recorder/run-record.ts'
import { plainOf } from '../../dry-run/plain-value.ts'
import { runNotRepeated } from '../../refusals.ts'
import { show } from '../differences.ts'
import type { TestScope } from '../stage.ts'
import type { Node } from '../stand-in.ts'
import { askAsDevice } from './ask-as-device.ts'
import { type CallsOfNode, callsByNode, type Stubbed, sentOf, stubsOf } from './calls-of-run.ts'
import { expectRun, type RecordedRun } from './expect-run.ts'
import { pruneDraft } from './prune-draft.ts'

import { actionOf } from './request-of-run.ts'
import { seedsOf } from './seeds-of-run.ts'
import { tryDraft } from './try-draft.ts'
import { type Draft, literal } from './write-draft.ts'

/** `isWhole` seeds what the run read; `stubbed` says which calls of the platform are answered by stubs. */
const ways: readonly { readonly isWhole: boolean; readonly stubbed: Stubbed; readonly isLenient?: true }[] = [
  { isWhole: false, stubbed: 'none' },
  { isWhole: true, stubbed: 'none' },
  { isWhole: true, stubbed: 'reads' },
  { isWhole: true, stubbed: 'all' },
  { isWhole: true, stubbed: 'all', isLenient: true },
]
/** Seeds of randomness: with one of them, a run that drew random bytes may take the same way. */
const chances = ['1', '2', '3', '4', '5', '6', '7', '8']

export interface RunToRepeat {
  readonly record: RunRecord
  readonly trigger: CompiledTrigger
  /** Where the test is to stand. */
  readonly file: string
  /** Name of the test. If `undefined`, it is named after what the run did. */
  readonly name: string | undefined
}

/** A test that passes. Throws `CLI_RUN_NOT_REPEATED` if no test does what the run did. */
export async function repeatRun({ record, trigger, file, name }: RunToRepeat, scope: TestScope): Promise<Draft> {
  const { nodes } = scope.standIn
  const nodeOf = (visit: RecordedVisit) => findNode(nodes, visit)
  const nameOf = ({ id, flow }: Node) => (id === undefined || flow.id === trigger.flow.id ? id : `${flow.id}/${id}`)
  const calls = callsByNode(record, nodeOf, nameOf)
  const run: RecordedRun = { record, visited: visitedIn(record, nodeOf), sent: sentOf(calls) }
  const payload = plainOf(record.payload)
  const begun = { record, trigger, payload: isMap(payload) ? payload : {}, calls, name, scope }

  let differences: readonly string[] = []
  for (const { isWhole, stubbed, isLenient = false } of ways) {
    for (const random of record.random.length > 0 ? chances : [undefined]) {
      const draft = draftOf(begun, isWhole, stubbed, random)
      const first = await tryDraft(expecting(draft, { visits: [] }), file, scope)
      if (!first.result) {
        differences = [first.failure ?? '']
        continue
      }
      const expected = expectRun(run, first.result, isLenient)
      differences = expected.differences
      if (differences.length > 0) continue
      const drafted = expecting(draft, expected.expect)
      const { failure } = await tryDraft(drafted, file, scope)
      if (failure === undefined) {
        return pruneDraft(drafted, async (shorter) => (await tryDraft(shorter, file, scope)).failure === undefined)
      }
      differences = [failure]
    }
  }
  throw runNotRepeated(
    { id: record.id, problem: differences.slice(0, 3).join('; ').replace(/\.$/, '') },
    { hint: hintOf(record, calls) },
  )
}

interface Begun {
  readonly record: RunRecord
  readonly trigger: CompiledTrigger
  readonly payload: Payload
  readonly calls: readonly CallsOfNode[]
  readonly name: string | undefined
  readonly scope: TestScope
}

function draftOf(begun: Begun, isWhole: boolean, stubbed: Stubbed, random: string | undefined): Draft {
  const { record, trigger, payload, calls, name, scope } = begun
  const { application } = scope
  const { user, device } = isMap(payload.experience) ? payload.experience : {}
  const action = literal(actionOf(application, trigger, payload, record.time))
  const stubs = stubsOf(calls, stubbed)
  return {
    name: name ?? nameOfRun(record, trigger),
    user: isMap(user) ? String(user.email) : undefined,
    clock: record.time,
    random,
    seed: seedsOf(record, payload, application.settings.seeds, isWhole),
    stubs: Object.keys(stubs).length === 0 ? undefined : stubs,
    steps: isMap(action) ? askAsDevice(action, isMap(device) ? device : undefined) : [],
  }
}

function expecting(draft: Draft, expect: Readonly<Record<string, unknown>>): Draft {
  const last = draft.steps.length - 1
  return { ...draft, steps: draft.steps.map((step, index) => (index === last ? { ...step, expect } : step)) }
}

/** In the order in which they began. */
function visitedIn({ visits }: RunRecord, nodeOf: (visit: RecordedVisit) => Node | undefined): readonly Node[] {
  return visits.toSorted((a, b) => a.at - b.at).flatMap((visit) => nodeOf(visit) ?? [])
}

/** The node of a visit, as it is now. The folder may have been moved. */
export function findNode(nodes: readonly Node[], { file, node, type }: RecordedVisit): Node | undefined {
  const flowId = flowIdOf(file)
  return nodes.find((known) => known.flow.id === flowId && known.name === node && known.type === type)
}

function nameOfRun({ reply, error, visits }: RunRecord, trigger: CompiledTrigger): string {
  const what = trigger.type === 'endpoint' ? labelOf(trigger.id) : `${trigger.type} ${labelOf(trigger.id)}`.trim()
  if (error) return error.node === undefined ? `fails on ${what}` : `fails at ${error.node} on ${what}`
  const said = plainOf(reply)
  if (isMap(said)) return `answers ${what} with ${show(said.status)}`
  const last = visits.findLast(({ node }) => !node.includes('['))
  return last ? `goes to ${last.node} on ${what}` : `runs on ${what}`
}

function hintOf({ isRedacted }: RunRecord, calls: readonly CallsOfNode[]): string {
  const nameless = calls.find(
    ({ name, calls }) => name === undefined && calls.some(({ call }) => !call.startsWith('users.')),
  )
  if (nameless)
    return `A node with an id can have a stub: give one to ${nameless.node.name}, line ${nameless.node.line}.`
  if (isRedacted)
    return 'The record has no secrets, so what depends on one differs; or the flow has changed: flowpot replay says where.'
  return 'What stood in the store then, beyond what the run read, is not in the record.'
}
