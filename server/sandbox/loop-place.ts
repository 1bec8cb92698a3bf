/**
 * Finds the endless loop of a script that was interrupted. QuickJS only knows the places of calls, operators and properties, and
 * reports the last such place that it passed. If that is not in a loop, the endless loop is the next one.
 */

export interface ScriptPlace {
  /** Counted from 1; 0 is before the source. */
  readonly line: number
  /** Counted from 1. */
  readonly column: number
}

/** Comments and texts. Regular expressions are not recognised: a quote in one looks like the start of a text. */
const noCode = /\/\*[\s\S]*?\*\/|\/\/.*|'(?:\\[\s\S]|[^'\\\n])*'|"(?:\\[\s\S]|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*`/g

const loopKeyword = /(?<![.$\w])(?:for|while|do)(?![$\w])/g

/** Returns `passed` if it is in a loop, otherwise the first loop after it, or `undefined` if there is none. */
export function placeOfLoop(source: string, passed: ScriptPlace): ScriptPlace | undefined {
  const code = source.replace(noCode, (text) => text.replace(/\S/g, ' '))
  const offset = passed.line === 0 ? -1 : offsetOf(code, passed)
  for (const { index } of code.matchAll(loopKeyword)) {
    if (index > offset) return placeAt(code, index)
    if (endOfLoop(code, index) > offset) return passed
  }
  return passed.line === 0 ? undefined : passed
}

function offsetOf(code: string, { line, column }: ScriptPlace): number {
  const before = code.split('\n').slice(0, line - 1)
  return before.reduce((sum, text) => sum + text.length + 1, column - 1)
}

function placeAt(code: string, offset: number): ScriptPlace {
  const before = code.slice(0, offset).split('\n')
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 }
}

/** Where the closing brace of its body is. Without braces, about where its statement ends. */
function endOfLoop(code: string, start: number): number {
  let depth = 0
  let hasHead = code.startsWith('do', start)
  for (let at = start; at < code.length; at++) {
    const char = code.charAt(at)
    if ('([{'.includes(char)) depth++
    else if (')]}'.includes(char)) depth--
    if (depth > 0) continue
    if (hasHead && (char === '}' || char === ';' || char === '\n')) return at
    hasHead ||= char === ')'
  }
  return code.length
}
