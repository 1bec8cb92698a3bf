/** Blocks with an empty line between them, and one at the end; what is `undefined` is left out. */
export function lines(...blocks: readonly (string | undefined)[]): string {
  return `${blocks.filter((block) => block !== undefined && block !== '').join('\n\n')}\n`
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]) => `| ${cells.map(inCell).join(' | ')} |`
  return [row(head), `|${'---|'.repeat(head.length)}`, ...rows.map(row)].join('\n')
}

export function code(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\n\`\`\``
}

export function json(value: unknown): string {
  return code('json', JSON.stringify(value, null, 2))
}

function inCell(text: string): string {
  return text.replace(/\|/g, '\\|').replace(/\s*\n\s*/g, ' ')
}
