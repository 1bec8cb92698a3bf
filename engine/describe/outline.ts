/** Outlines the graph of a flow, to draw or compare it. */
import { breakTarget, type FlowNode, isBody, stopTarget, type Target } from '../flow/flow-graph.ts'
import { readGraph } from '../flow/read-graph.ts'
import type { TriggerScope } from '../flow/read-triggers.ts'
import type { RawConfig } from '../node.ts'
import type { DocumentPath, SourceFile } from '../source/position.ts'
import { hasErrors, type Problem } from '../source/problem.ts'
import { createReporter } from '../source/reporter.ts'
import { parseYaml } from '../source/yaml-document.ts'
import { isMap } from '../values/is-map.ts'

export interface FlowOutline {
  readonly name: string
  readonly file: string
  /** The keys of the flow apart from its name, triggers and nodes, such as `description` and `retry`. */
  readonly settings: RawConfig
  readonly triggers: readonly TriggerOutline[]
  /** In the order of the file. */
  readonly nodes: readonly NodeOutline[]
}

export interface TriggerOutline {
  readonly type: string
  /** `POST /devices`. */
  readonly label: string
  readonly config: RawConfig
  readonly line: number
  /** The names of the nodes at which it starts. */
  readonly start: readonly string[]
}

export interface NodeOutline {
  /** The ID, or the place in the flow. Unique in the flow. */
  readonly name: string
  readonly id: string | undefined
  readonly type: string
  readonly config: RawConfig
  readonly line: number
  /** The path in the flow's YAML: `['nodes', 2, 'else', 0]`. */
  readonly at: DocumentPath
  readonly ways: readonly WayOutline[]
}

export interface WayOutline {
  readonly output: string
  /** The names of nodes. None is the end, and several are a split. */
  readonly to: readonly string[]
  /** Whether it breaks the loop. */
  readonly breaks: boolean
  /** Whether it ends the run. */
  readonly stops: boolean
  /** Whether it leads to the iteration of a loop, which comes back. */
  readonly isBody: boolean
}

export interface OutlineRead {
  /** Defined if no problem is an error. */
  readonly outline: FlowOutline | undefined
  readonly problems: readonly Problem[]
}

/** Reads the nodes and wires of a flow, without the checks that need the whole application. */
export function outlineFlow(source: SourceFile, scope: TriggerScope): OutlineRead {
  const reporter = createReporter(parseYaml(source))
  const raw = reporter.document.value
  if (!isMap(raw)) {
    if (reporter.problems.length === 0) {
      reporter.report({ code: 'FLOW_WRONG_TYPE', at: [], message: 'A flow must be a map with name, on and nodes.' })
    }
    return { outline: undefined, problems: reporter.problems }
  }
  const { nodes, triggers } = readGraph(raw, scope, reporter)
  if (hasErrors(reporter.problems)) {
    return { outline: undefined, problems: reporter.problems }
  }
  const { name, on: _, nodes: __, ...settings } = raw
  const lineOf = (at: FlowNode['at']) => reporter.place(at).line
  return {
    outline: {
      name: typeof name === 'string' ? name : source.file,
      file: source.file,
      settings,
      triggers: triggers.map(({ type, config, at, start }) => ({
        type: type.key,
        // The configuration fits the schema, so it is what `label` takes.
        label: type.label?.(config as never) ?? String(config[type.key]),
        config,
        line: lineOf(at),
        start: namesOf(start),
      })),
      nodes: nodes.map((node) => ({
        name: node.name,
        id: node.id,
        type: node.type.type,
        config: node.config,
        line: lineOf(node.at),
        at: node.at,
        ways: [...node.targets].map(([output, target]) => ({
          output,
          to: namesOf(target),
          breaks: target === breakTarget,
          stops: target === stopTarget,
          isBody: isBody(node, output),
        })),
      })),
    },
    problems: reporter.problems,
  }
}

function namesOf(target: Target): string[] {
  return target.map(({ name }) => name)
}
