/** The paths that an expression depends on: if one of them has no truthy value, the expression is falsy. */
import { compileTemplate } from '../templates/template.ts'
import { type Token, tokenize } from './tokens.ts'

/** A path is one if it is a whole side of `&&`, and there is no `||` around it. The expression has passed its check. */
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
