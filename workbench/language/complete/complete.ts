/** What may be written at the cursor. */
import type { CompletionItem } from 'vscode-languageserver'
import type { LanguageFile } from '../language-file.ts'
import { completeKeys } from './complete-keys.ts'
import { completeTemplate } from './complete-template.ts'
import { completeValues } from './complete-values.ts'
import { cursorAt } from './cursor.ts'
import { type Editing, toItem } from './items.ts'

export function complete(file: LanguageFile, offset: number, editing: Editing): readonly CompletionItem[] {
  const cursor = cursorAt(file.source.file, file.source.text, offset)
  if (!cursor) return []
  if (cursor.template !== undefined) return completeTemplate(file, cursor, cursor.template, editing)
  const keys = cursor.isKey ? completeKeys(file, cursor) : []
  const values = !cursor.isKey || cursor.mayBeValue ? completeValues(file, cursor) : []
  const suggestions = new Map([...keys, ...values].map((suggestion) => [suggestion.label, suggestion]))
  return [...suggestions.values()].map((suggestion) => toItem(suggestion, cursor, editing))
}
