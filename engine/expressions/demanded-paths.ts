/** Which paths an expression cannot do without: without a value there it is falsy, whatever else stands on the payload. */
import { compileTemplate } from '../templates/template.ts'
import { type Token, tokenize } from './tokens.ts'

/** Those that stand alone on a side of `&&`, in an expression without `||` around it. The expression has passed its check. */
export function demandedPaths(source: string): readonly string[] {
  const sides = sidesOfAnd(tokenize(source))
  return sides.flatMap(([token, ...others]) => {
    if (token?.kind !== 'template' || others.length > 0) return []
    return compileTemplate(token.text).exactPath?.text ?? []
  })
}

function sidesOfAnd(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const sides: Token[][] = [[]]
  let depth = 0
  for (const token of tokens) {
    const operator = token.kind === 'operator' ? token.text : undefined
    if (operator === '||' && depth === 0) return []
    if (operator === '(') depth += 1
    if (operator === ')') depth -= 1
    if (operator === '&&' && depth === 0) sides.push([])
    else if (token.kind !== 'end') sides.at(-1)?.push(token)
  }
  return sides
}
