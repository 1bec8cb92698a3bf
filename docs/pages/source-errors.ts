/** Finds every `defineError` in the text of the source, since most files do not export theirs. */
import { readFileSync } from 'node:fs'
import { sourceFiles } from './source-files.ts'

export interface SourceError {
  readonly file: string
  readonly code: string
  readonly status: number
  /** With `{name}` for each detail. */
  readonly message: string
}

/** `root` is the checkout, with a slash at its end. */
export function sourceErrors(root: string): SourceError[] {
  return sourceFiles(root).flatMap((file) => errorsIn(file, readFileSync(`${root}${file}`, 'utf8')))
}

export function errorsIn(file: string, text: string): SourceError[] {
  return [...text.matchAll(/\bdefineError(?:<[^(]*>)?\(\s*'([A-Z0-9_]+)',\s*(\d{3}),/g)].map((found) => {
    const [whole, code = '', status = ''] = found
    return { file, code, status: Number(status), message: messageAt(text, found.index + whole.length) }
  })
}

/** A message is a function of the details. Its text is the first literal after the arrow, or one of the details. */
function messageAt(text: string, from: number): string {
  const rest = text.slice(text.indexOf('=>', from) + 2).trimStart()
  const detail = /^(?:\w+\.)?(\w+),?\s*\)/.exec(rest)?.[1]
  if (detail !== undefined) return `{${detail}}`
  const literal = /^[^'"`]*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|`((?:[^`\\]|\\.)*)`)/s.exec(rest)
  const written = literal?.[1] ?? literal?.[2] ?? literal?.[3] ?? ''
  // Each formula is shown by the first name in it, which says as much as the whole formula.
  return written.replace(/\$\{([^}]*)\}/g, (_, formula: string) => `{${nameIn(formula)}}`).replace(/\\(.)/g, '$1')
}

/** `JSON.stringify(user)` is about `user`. */
function nameIn(formula: string): string {
  return /\(([A-Za-z]+)/.exec(formula)?.[1] ?? /^[A-Za-z]+/.exec(formula)?.[0] ?? '…'
}
