/** A context of QuickJS. Handles are never disposed of, since the memory that they point to is restored as a whole. */
import type { QuickJSContext, QuickJSHandle } from 'quickjs-emscripten-core'

/** Wraps a value that QuickJS threw. */
export class Thrown extends Error {
  readonly value: QuickJSHandle

  constructor(value: QuickJSHandle) {
    super('QuickJS threw.')
    this.value = value
  }
}

export class Guest {
  readonly context: QuickJSContext

  constructor(context: QuickJSContext) {
    this.context = context
  }

  /** Throws `Thrown`. */
  evaluate(source: string, file: string): QuickJSHandle {
    return take(this.context.evalCode(source, file))
  }

  /** Throws `Thrown`. */
  call(callee: QuickJSHandle, ...args: QuickJSHandle[]): QuickJSHandle {
    return take(this.context.callFunction(callee, this.context.undefined, args))
  }

  property(object: QuickJSHandle, key: string | number): QuickJSHandle {
    return this.context.getProp(object, key)
  }

  text(value: string): QuickJSHandle {
    return this.context.newString(value)
  }

  /** Makes a function that takes texts and returns a text or nothing. */
  function(name: string, answer: (...texts: string[]) => string | undefined): QuickJSHandle {
    const { context } = this
    return context.newFunction(name, (...args) => {
      const answered = answer(...args.map((arg) => context.getString(arg)))
      return answered === undefined ? context.undefined : context.newString(answered)
    })
  }
}

function take(result: ReturnType<QuickJSContext['evalCode']>): QuickJSHandle {
  if (result.error) throw new Thrown(result.error)
  return result.value
}
