/** A place in a file; both count from 1. */
export interface Position {
  readonly line: number
  readonly column: number
}

export interface SourceFile {
  /** Path as it is shown in problems. */
  readonly file: string
  readonly text: string
  /** Why there is no text, for what is reported and not read. */
  readonly unread?: Unread
}

export interface Unread {
  readonly severity: 'error' | 'warning'
  readonly message: string
  readonly hint: string
}

/** Where in a document: keys of maps and indexes of lists, from the root on. */
export type DocumentPath = readonly (string | number)[]
