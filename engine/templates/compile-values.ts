/** Compiles the paths, literals and helper calls of a template to closures that return values. */
import { didYouMean } from '../source/nearest-name.ts'
import { TextSyntaxError, templateError } from '../source/syntax-error.ts'
import { reportMissing } from '../values/missing.ts'
import { checkSegment, type PathRead, pathOf } from '../values/path.ts'
import type { ConditionHelper, HelperOptions } from './helper.ts'
import { conditionHelpers, helperNames, unavailableHelpers, valueHelpers } from './helper-set.ts'
import { ancestor, readSegments, type Scope } from './scope.ts'
import type { Call, Param, PathSyntax } from './syntax.ts'

export type Evaluate = (scope: Scope) => unknown

/** What is known, at load, about the place of a name. */
export interface Place {
  /** The paths of the payload that are read. The compiler adds to it. */
  readonly reads: PathRead[]
  /** The names of the block parameters of each `each` and `with` around it, innermost first. */
  readonly blocks: readonly (readonly string[])[]
  /** Names in addition to those of the payload. The root scope has their values as block parameters. */
  readonly locals?: readonly string[]
  /** Whether the text will be read as JSON. */
  readonly isJson?: boolean
  /** Whether it is an operand of an expression. */
  readonly isOperand?: boolean
}

/** A path, a helper without arguments, or a helper with them. */
export function compileCall(call: Call, place: Place): Evaluate {
  const helper = helperNameOf(call, place)
  if (helper === undefined) return compilePath(call.path, place)
  const hint = place.isOperand
    ? 'Compare outside of the << >>, as in << data.a >> === << data.b >>.'
    : `Write << #${helper} … >>…<< /${helper} >>.`
  return compileHelper(helper, call, place, hint)
}

/** The name of the helper that is called; `undefined` if it is a path. Throws if it can be neither. */
export function helperNameOf({ path, hasArguments }: Call, place: Place): string | undefined {
  const name = path.segments.length === 1 ? path.segments[0] : undefined
  const isName = name !== undefined && !path.isVariable && path.depth === 0 && !path.isScoped
  if (isName && !(blockParamOf(path, place) && !hasArguments)) {
    if (helperNames.includes(name)) return name
    const reason = unavailableHelpers.get(name)
    if (hasArguments && reason !== undefined) throw unknownHelper(path, `The helper "${name}" ${reason}.`)
  }
  if (!hasArguments) return undefined
  throw unknownHelper(path, `No helper is called "${path.text}".`, isName ? didYouMean(name, helperNames) : undefined)
}

function compileParam(param: Param, place: Place): Evaluate {
  if (param.kind === 'literal') return () => param.value
  if (param.kind === 'path') {
    // As in Handlebars, an argument is a path even if it has the name of a helper.
    return compilePath(param.path, place)
  }
  const helper = helperNameOf({ ...param.call, hasArguments: true }, place) ?? ''
  const condition = conditionHelpers.get(helper)
  return condition ? compileCondition(condition, param.call, place) : compileHelper(helper, param.call, place)
}

/** `hint` says what to write instead if the helper is a block. */
function compileHelper(name: string, call: Call, place: Place, hint?: string): Evaluate {
  const helper = valueHelpers.get(name)
  if (!helper) throw templateError(`"${name}" is a block: it has no value.`, call.path, hint)
  const args = call.params.map((param) => compileParam(param, place))
  const optionsOf = compileOptions(call, place)
  return (scope) =>
    helper(
      args.map((arg) => arg(scope)),
      optionsOf(scope),
    )
}

export function compileCondition(condition: ConditionHelper, call: Call, place: Place): (scope: Scope) => boolean {
  checkArity(call, condition.arity)
  const args = call.params.map((param) => compileParam(param, place))
  const optionsOf = compileOptions(call, place)
  const literals = call.params.map((param) => (param.kind === 'literal' ? param.value : undefined))
  let test = condition.test
  try {
    test = condition.specialize?.(literals) ?? test
  } catch (error) {
    throw templateError(error instanceof Error ? error.message : String(error), call.path)
  }
  return (scope) =>
    test(
      args.map((arg) => arg(scope)),
      optionsOf(scope),
    )
}

/** Compiles the only argument of `each` or `with`. */
export function compileOnlyParam(call: Call, place: Place): Evaluate {
  checkArity(call, 1)
  return call.params.map((param) => compileParam(param, place))[0] ?? (() => undefined)
}

function checkArity({ path, params }: Call, arity: number): void {
  if (params.length !== arity) {
    const wanted = arity === 1 ? 'one argument' : `${arity} arguments`
    throw templateError(`"${path.text}" takes ${wanted}, not ${params.length}.`, path)
  }
}

function compileOptions({ hash, path }: Call, place: Place): (scope: Scope) => HelperOptions {
  const pairs = [...hash].map(([key, param]) => {
    checkSegment(key, path.offset, path.length)
    return [key, compileParam(param, place)] as const
  })
  const { isJson } = place
  if (pairs.length === 0) return ({ payload }) => ({ hash: noPairs, payload, isJson })
  return (scope) => ({
    hash: Object.fromEntries(pairs.map(([key, evaluate]) => [key, evaluate(scope)])),
    payload: scope.payload,
    isJson,
  })
}

const noPairs = Object.freeze({})

export function compilePath(path: PathSyntax, place: Place): Evaluate {
  for (const segment of path.segments) checkSegment(segment, path.offset, path.length)
  const { segments, depth } = path
  if (path.isVariable) return compileVariable(path)
  const param = blockParamOf(path, place)
  if (param) {
    const rest = segments.slice(1)
    return (scope) => readSegments(ancestor(scope, param.depth)?.blockParams[param.index], rest)
  }
  if (depth > place.blocks.length) {
    throw templateError(`"${path.text}" leads out of the template.`, path, 'Each ../ leaves one #each or #with.')
  }
  if (depth < place.blocks.length) return (scope) => readSegments(ancestor(scope, depth)?.context, segments)
  const absolute = pathOf(segments)
  place.reads.push({ path: absolute, offset: path.offset, length: path.length })
  return ({ payload }) => {
    const value = absolute.get(payload)
    if (value === undefined) reportMissing(payload, absolute.text)
    return value
  }
}

function blockParamOf({ segments, depth, isScoped, isVariable }: PathSyntax, { blocks, locals = [] }: Place) {
  const name = segments[0]
  if (name === undefined || depth > 0 || isScoped || isVariable) return undefined
  const scopes = [...blocks, locals]
  const found = scopes.findIndex((names) => names.includes(name))
  return found === -1 ? undefined : { depth: found, index: scopes[found]?.indexOf(name) ?? 0 }
}

function compileVariable(path: PathSyntax): Evaluate {
  const [name, ...rest] = path.segments
  switch (name) {
    case 'root':
      return ({ payload }) => readSegments(payload, rest)
    case 'index':
    case 'key':
    case 'first':
    case 'last':
      return ({ iteration }) => {
        let found = iteration
        for (let up = path.depth; up > 0; up -= 1) found = found?.parent
        return readSegments(found?.[name], rest)
      }
    default:
      throw templateError(`There is no "${path.text}".`, path, 'There are @index, @key, @first, @last and @root.')
  }
}

export function unknownHelper(path: PathSyntax, message: string, hint?: string): TextSyntaxError {
  return new TextSyntaxError('FLOW_UNKNOWN_HELPER', message, path, hint)
}
