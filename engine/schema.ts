/**
 * The marks by which a node's configuration schema says what the engine compiles. A mark is a JSON Schema keyword
 * (`x-flowpot`) for the editor and a compiled type for `compile`, both from one place.
 */
import { type Static, type TSchema, type TUnsafe, Type } from 'typebox'
import type { Path } from './values/path.ts'
import type { Payload } from './values/payload.ts'

/** A template as the run meets it: text from the payload. */
export type CompiledTemplate = (payload: Payload) => string
/** `values` are those of the expression's locals, in their order. */
export type CompiledExpression = (payload: Payload, values?: readonly unknown[]) => unknown
/** A value as the run meets it; `undefined` where the whole of it is a path that is missing. */
export type CompiledValue<T = unknown> = (payload: Payload) => T

export interface MarkOptions {
  readonly description?: string
  readonly default?: unknown
  readonly examples?: readonly unknown[]
}

/** All parameters of the action that the field `callIn` names, or one parameter of an action. */
export type Fits = { readonly callIn: string } | { readonly call: string; readonly parameter: string }

export interface ValueOptions extends MarkOptions {
  /** Digits will do where a number is asked (an HTTP status). */
  readonly acceptsDigits?: boolean
  /** What the platform takes for the value. For the editor: the node type's own check holds the value against it. */
  readonly fits?: Fits
}

export interface ExpressionOptions extends MarkOptions {
  /** Names beside those of the payload, whose values the node hands in: `<< value >> > 3`. */
  readonly locals?: readonly string[]
}

export interface TextOptions extends MarkOptions {
  /** The text is read as JSON: `jsonEncode` of what is missing is `null` in it. */
  readonly isJson?: boolean
}

/** A string with templates; what is missing gives nothing there. */
export function Template(options: TextOptions = {}): TUnsafe<CompiledTemplate> {
  return Type.Unsafe<CompiledTemplate>({ type: 'string', 'x-flowpot': 'template', ...options })
}

/** A formula over templates, as `if` takes it. */
export function Expression(options: ExpressionOptions = {}): TUnsafe<CompiledExpression> {
  return Type.Unsafe<CompiledExpression>({
    type: ['string', 'boolean', 'number'],
    'x-flowpot': 'expression',
    ...options,
  })
}

/** Any YAML; strings in it are templates. */
export function Value(options: ValueOptions = {}): TUnsafe<CompiledValue> {
  return Type.Unsafe<CompiledValue>({ 'x-flowpot': 'value', ...options })
}

/** A `Value` whose rendered form must fit `schema`: a literal is checked at load, what a template gives when it is rendered. */
export function ValueOf<S extends TSchema>(schema: S, options: ValueOptions = {}): TUnsafe<CompiledValue<Static<S>>> {
  return Type.Unsafe<CompiledValue<Static<S>>>({ 'x-flowpot': 'value', 'x-flowpot-of': schema, ...options })
}

/** Text of another language, in which `<<` and `{{` are no templates of ours. */
export function Code(options: MarkOptions = {}): TUnsafe<string> {
  return Type.Unsafe<string>({ type: 'string', 'x-flowpot': 'code', ...options })
}

/** Where on the payload a node writes or reads: `data.newDevice`. */
export function PathTo(options: MarkOptions = {}): TUnsafe<Path> {
  return Type.Unsafe<Path>({ type: 'string', minLength: 1, 'x-flowpot': 'path', ...options })
}
