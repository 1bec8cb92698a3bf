/** Parses a script without running it. V8 does that here; QuickJS, which runs scripts, has the same syntax. */
import { compileFunction } from 'node:vm'

export interface ScriptSyntaxError {
  readonly message: string
  /** Characters from the start of the script. */
  readonly offset: number
  readonly length: number
}

/** The syntax error in the body of a function of `payload`; `undefined` if there is none. */
export function findSyntaxError(source: string): ScriptSyntaxError | undefined {
  try {
    compileFunction(source, ['payload'], { filename: 'script.js' })
    return undefined
  } catch (error) {
    // Not checked by `instanceof`, since a test may run in another realm.
    const { message, stack } = error as Error
    return { message, ...placeIn(stack ?? '', source) }
  }
}

/** Finds the place of the error: Node.js puts the line at the top of the stack, with marks below the place. */
function placeIn(stack: string, source: string): { readonly offset: number; readonly length: number } {
  const [, line = '1', marks = ''] = /^script\.js:(\d+)\n.*\n([\t ]*\^*)/.exec(stack) ?? []
  const before = source.split('\n').slice(0, Number(line) - 1)
  const column = marks.search(/\^|$/)
  const offset = before.reduce((sum, text) => sum + text.length + 1, column)
  return { offset: Math.min(offset, source.length), length: Math.max(1, marks.length - column) }
}
