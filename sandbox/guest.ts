/** A context of QuickJS and the handles of it that are held, which are let go together. */
import { type QuickJSContext, type QuickJSHandle, Scope } from 'quickjs-emscripten-core'

/** What QuickJS threw. */
export class Thrown extends Error {
  readonly value: QuickJSHandle

  constructor(value: QuickJSHandle) {
    super('QuickJS threw.')
    this.value = value
  }
}

export class Guest {
  readonly context: QuickJSContext
  private readonly scope = new Scope()

  constructor(context: QuickJSContext) {
    this.context = context
  }

  hold(handle: QuickJSHandle): QuickJSHandle {
    return this.scope.manage(handle)
  }

  /** Throws `Thrown`. */
  evaluate(source: string, file: string): QuickJSHandle {
    return this.take(this.context.evalCode(source, file))
  }

  /** Throws `Thrown`. */
  call(callee: QuickJSHandle, ...args: QuickJSHandle[]): QuickJSHandle {
    return this.take(this.context.callFunction(callee, this.context.undefined, args))
  }

  property(object: QuickJSHandle, key: string | number): QuickJSHandle {
    return this.hold(this.context.getProp(object, key))
  }

  text(value: string): QuickJSHandle {
    return this.hold(this.context.newString(value))
  }

  /** A function of texts that gives a text or nothing. */
  function(name: string, answer: (...texts: string[]) => string | undefined): QuickJSHandle {
    const { context } = this
    return this.hold(
      context.newFunction(name, (...args) => {
        const answered = answer(...args.map((arg) => context.getString(arg)))
        return answered === undefined ? context.undefined : context.newString(answered)
      }),
    )
  }

  dispose(): void {
    this.scope.dispose()
    this.context.dispose()
  }

  private take(result: ReturnType<QuickJSContext['evalCode']>): QuickJSHandle {
    if (result.error) throw new Thrown(this.hold(result.error))
    return this.hold(result.value)
  }
}
