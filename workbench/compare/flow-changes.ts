/** Finds what has changed between two versions of a flow: not in its text, but in what it does. */
import { isDeepStrictEqual } from 'node:util'
import type { FlowOutline, NodeOutline, TriggerOutline, WayOutline } from '../../engine/describe/outline.ts'
import { differencesOf, pathText } from '../testing/differences.ts'
import { matchNodes } from './match-nodes.ts'

export interface ValueChange {
  /** `with.device.name`. */
  readonly path: string
  readonly before: string
  readonly after: string
}

export type Change =
  | { readonly kind: 'flow'; readonly values: readonly ValueChange[] }
  | { readonly kind: 'trigger-added' | 'trigger-removed'; readonly trigger: string; readonly line: number }
  | {
      readonly kind: 'trigger-changed'
      readonly trigger: string
      readonly line: number
      readonly values: readonly ValueChange[]
      readonly rewired: readonly Rewired[]
    }
  | {
      readonly kind: 'node-added' | 'node-removed'
      readonly node: string
      readonly type: string
      readonly line: number
    }
  | {
      readonly kind: 'node-changed'
      readonly node: string
      readonly type: string
      readonly line: number
      /** Its earlier name, if that has changed. */
      readonly renamedFrom?: string
      readonly values: readonly ValueChange[]
      readonly rewired: readonly Rewired[]
    }

export interface Rewired {
  readonly output: string
  readonly before: string
  readonly after: string
}

export function changesOf(before: FlowOutline, after: FlowOutline): Change[] {
  const { pairs, removed, added } = matchNodes(before.nodes, after.nodes)
  // Maps names of the earlier flow to those of the later one, so that outputs to a node that was only moved count as unchanged.
  const renamed = new Map(pairs.map(([was, is]) => [was.name, is.name]))
  const settings = valueChanges({ name: before.name, ...before.settings }, { name: after.name, ...after.settings })
  return [
    ...(settings.length > 0 ? [{ kind: 'flow', values: settings } as const] : []),
    ...triggerChanges(before.triggers, after.triggers, renamed),
    ...removed.map(({ name, type, line }) => ({ kind: 'node-removed', node: name, type, line }) as const),
    ...added.map(({ name, type, line }) => ({ kind: 'node-added', node: name, type, line }) as const),
    ...pairs.flatMap(([was, is]) => nodeChange(was, is, renamed)),
  ]
}

function nodeChange(was: NodeOutline, is: NodeOutline, renamed: ReadonlyMap<string, string>): Change[] {
  const values = valueChanges(was.config, is.config)
  const rewired = rewiring(was.ways, is.ways, renamed)
  const isRenamed = was.id !== is.id
  if (values.length === 0 && rewired.length === 0 && !isRenamed) return []
  const { name, type, line } = is
  return [
    {
      kind: 'node-changed',
      node: name,
      type,
      line,
      ...(isRenamed ? { renamedFrom: was.name } : {}),
      values,
      rewired,
    },
  ]
}

function triggerChanges(
  before: readonly TriggerOutline[],
  after: readonly TriggerOutline[],
  renamed: ReadonlyMap<string, string>,
): Change[] {
  const left = [...before]
  const take = (isSame: (candidate: TriggerOutline) => boolean) => {
    const index = left.findIndex(isSame)
    return index === -1 ? undefined : left.splice(index, 1)[0]
  }
  const pairs = after.map((trigger) => {
    const same = take(({ type, label }) => type === trigger.type && label === trigger.label)
    return [same, trigger] as const
  })
  const changes = pairs.flatMap(([same, is]): Change[] => {
    const was = same ?? take(({ type }) => type === is.type)
    const trigger = `${is.type}: ${is.label}`
    if (!was) return [{ kind: 'trigger-added', trigger, line: is.line }]
    const values = valueChanges(was.config, is.config)
    const rewired = rewiring([startOf(was)], [startOf(is)], renamed)
    if (values.length === 0 && rewired.length === 0) return []
    return [{ kind: 'trigger-changed', trigger, line: is.line, values, rewired }]
  })
  const removed = left.map(
    ({ type, label, line }) => ({ kind: 'trigger-removed', trigger: `${type}: ${label}`, line }) as const,
  )
  return [...removed, ...changes]
}

function startOf({ start }: TriggerOutline): WayOutline {
  return { output: 'starts at', to: start, breaks: false, stops: false, isBody: false }
}

function valueChanges(before: object, after: object): ValueChange[] {
  return differencesOf(before, after).map(({ path, expected, actual }) => ({
    path: pathText(path),
    before: expected,
    after: actual,
  }))
}

function rewiring(
  before: readonly WayOutline[],
  after: readonly WayOutline[],
  renamed: ReadonlyMap<string, string>,
): Rewired[] {
  const outputs = new Set([...before, ...after].map(({ output }) => output))
  return [...outputs].flatMap((output) => {
    const was = before.find((way) => way.output === output)
    const is = after.find((way) => way.output === output)
    const led = was?.to.map((name) => renamed.get(name) ?? name)
    if (isDeepStrictEqual(led, is?.to) && was?.breaks === is?.breaks && was?.stops === is?.stops) return []
    return [{ output, before: targetText(was), after: targetText(is) }]
  })
}

function targetText(way: WayOutline | undefined): string {
  if (!way) return 'fails the run'
  if (way.breaks) return 'break'
  if (way.stops) return 'stop'
  return way.to.length === 0 ? 'end' : way.to.join(' and ')
}
