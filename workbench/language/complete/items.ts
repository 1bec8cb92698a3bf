/** What completions are made of. */
import type { CompletionItem, CompletionItemKind, Position } from 'vscode-languageserver'
import type { Cursor } from './cursor.ts'

export const kinds = {
  helper: 3,
  field: 5,
  path: 6,
  type: 7,
  value: 12,
  word: 14,
  snippet: 15,
  reference: 18,
} as const satisfies Record<string, CompletionItemKind>

export interface Suggestion {
  readonly label: string
  readonly kind: CompletionItemKind
  /** One line next to the label. */
  readonly detail?: string | undefined
  /** Markdown. */
  readonly documentation?: string | undefined
  /** What is written; the label if it is missing. */
  readonly text?: string
  readonly isSnippet?: boolean
  /** Lower numbers come first. */
  readonly rank?: number
}

export interface Editing {
  /** Turns a character of the file's text into a line and a column. */
  readonly place: (offset: number) => Position
  /** Whether the editor knows what `$1` means. */
  readonly takesSnippets: boolean
}

/** Gives way: what stands between `from` and the end of the word at the cursor. */
export function toItem(
  suggestion: Suggestion,
  cursor: Cursor,
  { place, takesSnippets }: Editing,
  from = cursor.wordStart,
): CompletionItem {
  const { label, kind, detail, documentation, text = label, isSnippet = false, rank = 5 } = suggestion
  return {
    label,
    kind,
    ...(detail !== undefined && { detail }),
    ...(documentation !== undefined && { documentation: { kind: 'markdown', value: documentation } }),
    sortText: `${rank}${label}`,
    filterText: label,
    insertTextFormat: isSnippet && takesSnippets ? 2 : 1,
    // The editor indents the further lines as the line of the cursor is.
    insertTextMode: 2,
    textEdit: {
      range: { start: place(from), end: place(cursor.wordEnd) },
      newText: isSnippet && !takesSnippets ? withoutStops(text) : text,
    },
  }
}

/** The text of a snippet as somebody would leave it who accepts every suggestion in it. */
function withoutStops(snippet: string): string {
  return snippet
    .replace(/\$\{\d+\|([^,|]*)[^}]*\}/g, '$1')
    .replace(/\$\{\d+:((?:\\.|[^}\\])*)\}/g, '$1')
    .replace(/\$\d+/g, '')
    .replace(/\\([\\$}])/g, '$1')
}

/** In a snippet these characters have a meaning. */
export function escapeSnippet(text: string): string {
  return text.replace(/[\\$}]/g, '\\$&')
}

/** The first sentence of a text. */
export function firstSentence(text: unknown): string | undefined {
  return typeof text === 'string' ? (/^.*?\.(?=\s|$)/s.exec(text)?.[0] ?? text) : undefined
}
