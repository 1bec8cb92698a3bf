/** Formats a problem for a terminal: place, message, code frame and hint. */
import type { Problem } from './problem.ts'

const contextLines = 2
const frameWidth = 100

/** `text` is the whole file. Without it there is no code frame. */
export function formatProblem(problem: Problem, text: string | undefined, options: { color?: boolean } = {}): string {
  const paint = (style: keyof typeof styles, part: string) =>
    options.color === true ? `\u001b[${styles[style]}m${part}\u001b[0m` : part
  const { file, line, column, severity, code, message, hint } = problem
  const place = paint('bold', printable(`${file}:${line}:${column}`))
  const parts = [`${place}  ${paint(severity, `${severity} ${code}`)}  ${printable(message)}`]
  if (text !== undefined) {
    for (const { gutter, content, isMark } of codeFrame(problem, text)) {
      parts.push(`${paint('dim', gutter)}${isMark ? paint(severity, content) : content}`.trimEnd())
    }
  }
  if (hint !== undefined) parts.push(`  ${paint('hint', 'hint:')} ${printable(hint)}`)
  for (const related of problem.related ?? []) {
    parts.push(`  ${printable(`${related.file}:${related.line}:${related.column}`)}  ${printable(related.message)}`)
  }
  return parts.join('\n')
}

const styles = { bold: '1', dim: '2', error: '31', warning: '33', hint: '36' } as const

interface FrameLine {
  readonly gutter: string
  readonly content: string
  readonly isMark: boolean
}

function codeFrame({ line, column, length = 1 }: Problem, text: string): FrameLine[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/)
  const first = Math.max(1, line - contextLines)
  const last = Math.min(lines.length, line + contextLines)
  const width = String(last).length
  // Of a line that is too long, only the part with the problem is shown.
  const from = column > frameWidth - 20 ? column - 21 : 0
  const frame: FrameLine[] = []
  for (let number = first; number <= last; number++) {
    const content = printable((lines[number - 1] ?? '').slice(from, from + frameWidth))
    frame.push({ gutter: `  ${String(number).padStart(width)} | `, content, isMark: false })
    if (number !== line) continue
    const before = content.slice(0, column - 1 - from).padEnd(column - 1 - from)
    const marks = '^'.repeat(Math.max(1, Math.min(length, content.length - before.length)))
    frame.push({ gutter: `  ${' '.repeat(width)} | `, content: before.replace(/[^\t]/g, ' ') + marks, isMark: true })
  }
  return frame
}

/** Replaces characters that would move the cursor of a terminal or reverse its text, since a file may contain any. */
function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to replace.
  return text.replace(/[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '\uFFFD')
}
