/**
 * Draws a flow for the terminal: from top to bottom as it runs, with side branches indented, and arrows to nodes that are drawn
 * elsewhere.
 */
import { isDeepStrictEqual } from 'node:util'
import type { FlowOutline, NodeOutline, WayOutline } from '../../engine/describe/outline.ts'
import { summaryOf } from './summary.ts'

export function drawText(outline: FlowOutline): string {
  const byName = new Map(outline.nodes.map((node) => [node.name, node]))
  const drawn = new Set<string>()
  /** Nodes that are drawn below, after the side branches. */
  const pending = new Set<string>()
  const lines: string[] = []

  const drawFrom = (first: string, indent: string): void => {
    for (let name: string | undefined = first; name !== undefined; ) {
      const node = byName.get(name)
      if (!node) return
      if (drawn.has(name) || pending.has(name)) {
        lines.push(`${indent}${arrowTo(name)}`)
        return
      }
      drawn.add(name)
      lines.push(`${indent}${titleOf(node)}`)
      const on = wayDown(node, byName)
      const isChoice = node.ways.length > 1
      const [below] = on?.to ?? []
      const isOwn = below !== undefined && !pending.has(below)
      if (isOwn) pending.add(below)
      for (const way of node.ways)
        if (way !== on && (isChoice || way.stops || way.to.length > 0)) drawWay(way, indent, isChoice)
      if (isOwn) pending.delete(below)
      name = below
    }
  }

  const drawWay = (way: WayOutline, indent: string, isNamed: boolean): void => {
    const { output, to, isBody } = way
    const [only, ...others] = to
    if (only === undefined) lines.push(`${indent}├─ ${output}: ${endOf(way)}`)
    else if (others.length === 0 && (drawn.has(only) || pending.has(only))) {
      lines.push(`${indent}├─ ${output}: ${arrowTo(only)}`)
    } else {
      if (isNamed) lines.push(`${indent}├─ ${output}${isBody ? ' (each)' : ''}:`)
      for (const name of to) drawFrom(name, `${indent}│    `)
    }
  }

  const arrowTo = (name: string) => `${drawn.has(name) ? '↗' : '↘'} ${name}`

  for (const { type, label, start } of outline.triggers) {
    if (lines.length > 0) lines.push('')
    lines.push(`▶ ${type === 'endpoint' ? label : `${type}: ${label}`}`)
    for (const name of start) drawFrom(name, '')
  }
  return lines.join('\n')
}

/** The output that the drawing follows downwards: the one to the next node in the file, or the one that is taken when nothing is wrong. */
function wayDown(node: NodeOutline, byName: ReadonlyMap<string, NodeOutline>): WayOutline | undefined {
  const single = node.ways.filter(({ to, isBody }) => to.length === 1 && !isBody)
  const outside = single.filter(({ output, to }) => !isInPlace(node, output, byName.get(to[0] ?? '')))
  const below = outside.find(({ to }) => isNext(node, byName.get(to[0] ?? '')))
  const usual = (ways: readonly WayOutline[]) =>
    ['next', 'then', 'default'].flatMap((output) => ways.filter((way) => way.output === output))[0]
  return below ?? usual(outside) ?? usual(single)
}

/** Whether an output leads to the next node of the same list. */
function isNext({ at }: NodeOutline, target: NodeOutline | undefined): boolean {
  const last = at.at(-1)
  return typeof last === 'number' && isDeepStrictEqual(target?.at, [...at.slice(0, -1), last + 1])
}

/** Whether an output leads to a branch inside the node. */
function isInPlace({ at }: NodeOutline, output: string, target: NodeOutline | undefined): boolean {
  const places = [
    [...at, output],
    [...at, 'on', output],
  ]
  return places.some((place) => isDeepStrictEqual(target?.at.slice(0, place.length), place))
}

function titleOf(node: NodeOutline): string {
  const mark = node.ways.length === 0 || node.ways.every(({ to }) => to.length === 0) ? '■' : '●'
  const summary = summaryOf(node)
  return `${mark} ${node.id === undefined ? summary : `${node.id}  ${summary}`}`
}

function endOf({ breaks, stops }: WayOutline): string {
  return breaks ? 'break' : stops ? 'stop' : 'end'
}
