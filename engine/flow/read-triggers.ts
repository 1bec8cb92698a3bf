/** Reads `on`: one trigger or a list. The one key that names a trigger type tells what each trigger is. */
import type { SchemaChecker } from '../json-schema/schema-problems.ts'
import type { NodeType, RawConfig } from '../node.ts'
import { didYouMean } from '../source/nearest-name.ts'
import type { DocumentPath } from '../source/position.ts'
import type { Reporter } from '../source/reporter.ts'
import type { TriggerType } from '../trigger.ts'
import { isMap } from '../values/is-map.ts'
import { type ReadWire, readWire } from './read-nodes.ts'

export interface ReadTrigger {
  readonly type: TriggerType
  readonly config: RawConfig
  readonly at: DocumentPath
  readonly wire: ReadWire | undefined
}

export interface TriggerScope {
  readonly triggerTypes: readonly TriggerType[]
  readonly nodeTypes: ReadonlyMap<string, NodeType>
  readonly checker: SchemaChecker
  /** Names of the groups that the application seeds; `undefined` if they are not known. */
  readonly groups: readonly string[] | undefined
}

export function readTriggers(on: unknown, scope: TriggerScope, reporter: Reporter): ReadTrigger[] {
  if (Array.isArray(on)) {
    if (on.length === 0)
      reporter.report({
        code: 'FLOW_MISSING_FIELD',
        at: ['on'],
        message: 'Nothing starts this flow, since "on" is empty.',
      })
    return on.flatMap((value: unknown, index) => readTrigger(value, ['on', index], scope, reporter) ?? [])
  }
  return [readTrigger(on, ['on'], scope, reporter)].filter((trigger) => trigger !== undefined)
}

function readTrigger(
  value: unknown,
  at: DocumentPath,
  scope: TriggerScope,
  reporter: Reporter,
): ReadTrigger | undefined {
  const keys = scope.triggerTypes.map(({ key }) => key)
  if (!isMap(value)) {
    reporter.report({
      code: 'FLOW_WRONG_TYPE',
      at,
      message: 'A trigger must be a map.',
      hint: 'Write "endpoint: POST /devices" below "on:".',
    })
    return undefined
  }
  const named = scope.triggerTypes.filter(({ key }) => Object.hasOwn(value, key))
  const [type, second] = named
  if (!type || second) {
    const [near] = Object.keys(value).flatMap((key) => didYouMean(key, keys) ?? [])
    reporter.report({
      code: 'FLOW_UNKNOWN_TRIGGER',
      at,
      message: type
        ? `This trigger is of two types at once: ${named.map(({ key }) => key).join(' and ')}.`
        : 'No key of this trigger names a trigger type.',
      hint: type ? 'Make a list of two triggers.' : (near ?? `The types are: ${keys.join(', ')}.`),
    })
    return undefined
  }

  const { then, ...config } = value
  const complaints = scope.checker.check(type.config, config)
  for (const complaint of complaints) reporter.report({ ...complaint, at: [...at, ...complaint.at] })
  let isSound = complaints.length === 0
  if (isSound) {
    const report = reporter.below(at)
    type.check?.({
      config,
      groups: scope.groups,
      report: (problem) => {
        isSound = false
        report(problem)
      },
    })
  }
  const wire = then === undefined ? undefined : readWire(then, [...at, 'then'], { ...scope, reporter })
  return isSound ? { type, config, at, wire } : undefined
}
