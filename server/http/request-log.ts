/**
 * The log of one request, which adds the request's ID to every line. The pino child is created on first use, since it costs 4 µs and 3 KB of
 * garbage, and most requests log nothing.
 */
import type { FastifyBaseLogger } from 'fastify'
import type { Bindings, ChildLoggerOptions, Level, Logger } from 'pino'

export class RequestLog implements FastifyBaseLogger {
  readonly #parent: Logger
  readonly #bindings: Bindings
  #own: Logger | undefined

  constructor(parent: Logger, bindings: Bindings) {
    this.#parent = parent
    this.#bindings = bindings
  }

  get level(): string {
    return this.#parent.level
  }

  child(bindings: Bindings, options?: ChildLoggerOptions): Logger {
    return this.#log().child(bindings, options)
  }

  fatal(...args: unknown[]): void {
    this.#write('fatal', args)
  }

  error(...args: unknown[]): void {
    this.#write('error', args)
  }

  warn(...args: unknown[]): void {
    this.#write('warn', args)
  }

  info(...args: unknown[]): void {
    this.#write('info', args)
  }

  debug(...args: unknown[]): void {
    this.#write('debug', args)
  }

  trace(...args: unknown[]): void {
    this.#write('trace', args)
  }

  silent(): void {}

  #write(level: Level, args: readonly unknown[]): void {
    if (!this.#parent.isLevelEnabled(level)) return
    const log = this.#log()
    Reflect.apply(log[level], log, args)
  }

  #log(): Logger {
    this.#own ??= this.#parent.child(this.#bindings)
    return this.#own
  }
}
