/**
 * QuickJS notes a place in the source for calls, operators and properties alone. Of a script that is interrupted it tells the
 * last such place that was passed; where that is in no loop, the loop that does not end is the next.
 */

export interface ScriptPlace {
  /** From 1; 0 stands before the source. */
  readonly line: number
  /** From 1. */
  readonly column: number
}

/** Comments, and texts. A regular expression is taken for code, at the worst for the start of a text. */
const noCode = /\/\*[\s\S]*?\*\/|\/\/.*|'(?:\\[\s\S]|[^'\\\n])*'|"(?:\\[\s\S]|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*`/g

const loopKeyword = /(?<![.$\w])(?:for|while|do)(?![$\w])/g

/** `passed` itself where it is in a loop, else the first loop after it; `undefined` where there is none. */
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

/** The brace that ends its body; without braces, about where its statement ends. */
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
