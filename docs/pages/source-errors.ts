/** Finds every `defineError` in the source. It reads the text, since most definitions are their file's own. */
import { readdirSync, readFileSync } from 'node:fs'

export interface SourceError {
  readonly file: string
  readonly code: string
  readonly status: number
  /** With `{name}` for what the error is made with. */
  readonly message: string
}

const notSource = new Set(['node_modules', 'dist', 'test', 'bench', 'docs', 'flows', 'contracts/errors.ts'])

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

/** The message is a function of the details: its text is the first literal after the arrow, or a detail as it is. */
function messageAt(text: string, from: number): string {
  const rest = text.slice(text.indexOf('=>', from) + 2).trimStart()
  const detail = /^(?:\w+\.)?(\w+),?\s*\)/.exec(rest)?.[1]
  if (detail !== undefined) return `{${detail}}`
  const literal = /^[^'"`]*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|`((?:[^`\\]|\\.)*)`)/s.exec(rest)
  const written = literal?.[1] ?? literal?.[2] ?? literal?.[3] ?? ''
  // What is put in is shown by the name nearest to it: a whole formula would tell no more.
  return written.replace(/\$\{([^}]*)\}/g, (_, formula: string) => `{${nameIn(formula)}}`).replace(/\\(.)/g, '$1')
}

/** `JSON.stringify(user)` is about `user`. */
function nameIn(formula: string): string {
  return /\(([A-Za-z]+)/.exec(formula)?.[1] ?? /^[A-Za-z]+/.exec(formula)?.[0] ?? '…'
}

/** Every file of the source but contracts/errors.ts, from the root on. */
export function sourceFiles(root: string, folder = ''): string[] {
  return readdirSync(`${root}${folder}`, { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}${entry.name}`
    if (notSource.has(path) || entry.name.startsWith('.')) return []
    if (entry.isDirectory()) return sourceFiles(root, `${path}/`)
    return entry.name.endsWith('.ts') ? [path] : []
  })
}
