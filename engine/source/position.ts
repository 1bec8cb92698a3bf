/** A place in a file. Lines and columns count from 1. */
export interface Position {
  readonly line: number
  readonly column: number
}

export interface SourceFile {
  /** The path that problems show. */
  readonly file: string
  readonly text: string
  /** Why the file was not read; it is reported. */
  readonly unread?: Unread
}

export interface Unread {
  readonly severity: 'error' | 'warning'
  readonly message: string
  readonly hint: string
}

/** A path in a document: keys of maps and indexes of lists, from the root. */
export type DocumentPath = readonly (string | number)[]

/** `nodes[2].else[0]` */
export function writePlace(path: DocumentPath): string {
  const segments = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`))
  return segments.join('').replace(/^\./, '')
}
