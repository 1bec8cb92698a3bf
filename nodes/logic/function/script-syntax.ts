/** Parses a script, and no more than that: what V8 compiles here never runs. QuickJS, where scripts run, speaks the same language. */
import { compileFunction } from 'node:vm'

export interface ScriptSyntaxError {
  readonly message: string
  /** Characters from the start of the script. */
  readonly offset: number
  readonly length: number
}

/** What is wrong with the body of a function of `payload`; `undefined` where nothing is. */
export function findSyntaxError(source: string): ScriptSyntaxError | undefined {
  try {
    compileFunction(source, ['payload'], { filename: 'script.js' })
    return undefined
  } catch (error) {
    // Of another realm it is where tests run in one.
    const { message, stack } = error as Error
    return { message, ...placeIn(stack ?? '', source) }
  }
}

/** Node begins the stack with the line that V8 complains of, and underlines the place. */
function placeIn(stack: string, source: string): { readonly offset: number; readonly length: number } {
  const [, line = '1', marks = ''] = /^script\.js:(\d+)\n.*\n([\t ]*\^*)/.exec(stack) ?? []
  const before = source.split('\n').slice(0, Number(line) - 1)
  const column = marks.search(/\^|$/)
  const offset = before.reduce((sum, text) => sum + text.length + 1, column)
  return { offset: Math.min(offset, source.length), length: Math.max(1, marks.length - column) }
}
