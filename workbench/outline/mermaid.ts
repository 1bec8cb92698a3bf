/** A flow as a Mermaid flowchart: https://mermaid.js.org/syntax/flowchart.html */
import type { FlowOutline, NodeOutline } from '../../engine/describe/outline.ts'
import { summaryOf } from './summary.ts'

export function drawMermaid({ triggers, nodes }: FlowOutline): string {
  const ids = new Map(nodes.map(({ name }, index) => [name, `n${index}`]))
  const lines = ['flowchart TD']
  triggers.forEach(({ label, type, start }, index) => {
    lines.push(`  t${index}([${quoted(type === 'endpoint' ? label : `${type}: ${label}`)}])`)
    for (const name of start) lines.push(`  t${index} --> ${ids.get(name)}`)
  })
  for (const node of nodes) {
    const id = ids.get(node.name)
    lines.push(`  ${id}${boxed(node)}`)
    const choices = node.ways.length > 1
    for (const { output, to, breaks, stops, isBody } of node.ways) {
      const arrow = isBody ? '-.->' : '-->'
      const end = breaks ? ': break' : stops ? ': stop' : ''
      const label = choices || stops ? `|${quoted(`${output}${end}`)}|` : ''
      for (const name of to) lines.push(`  ${id} ${arrow}${label} ${ids.get(name)}`)
      if (to.length > 0 || (!choices && !stops)) continue
      lines.push(`  ${id} ${arrow}${label} e${id}${output.replaceAll(/\W/g, '_')}(( ))`)
    }
  }
  return lines.join('\n')
}

function boxed(node: NodeOutline): string {
  const text = quoted([...(node.id === undefined ? [] : [node.id]), summaryOf(node)].join('\n'))
  return node.ways.length > 1 ? `{${text}}` : `[${text}]`
}

/** Mermaid reads entities in quoted text, and no other escapes. */
function quoted(text: string): string {
  const escaped = text
    .replaceAll('&', '#amp;')
    .replaceAll('"', '#quot;')
    .replaceAll('<', '#lt;')
    .replaceAll('>', '#gt;')
    .replaceAll('\n', '<br>')
  return `"${escaped}"`
}
