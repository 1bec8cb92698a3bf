import type { TriggerType } from '../../engine/trigger.ts'
import { fieldTable, type Schema } from './field-table.ts'
import { code, lines } from './markdown.ts'

export function triggerPage(type: TriggerType): string {
  return lines(
    `# ${type.key}`,
    type.summary,
    type.description,
    type.losant && `In Losant: \`${type.losant}\`.`,
    '## Fields',
    fieldTable(type.config as Schema), // TypeBox's types do not have the keywords of JSON Schema
    '`then` names the node to start at, if it is not the first.',
    '## Examples',
    ...type.examples.map(({ title, yaml }) => `### ${title}\n\n${code('yaml', `on:\n${indent(yaml)}`)}`),
  )
}

function indent(text: string): string {
  return text.replace(/^/gm, '  ')
}
