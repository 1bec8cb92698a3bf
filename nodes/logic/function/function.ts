import { Type } from 'typebox'
import type { Random } from '../../../contracts/random.ts'
import { anything } from '../../../engine/json-schema/shape.ts'
import { type CompileContext, defineNode, type NodeCheck, type RawConfig } from '../../../engine/node.ts'
import { Code, PathTo } from '../../../engine/schema.ts'
import type { ScriptFailure } from '../../../engine/services.ts'
import { ErrorAtLine } from '../../../engine/source/error-at-line.ts'
import { isMap } from '../../../engine/values/is-map.ts'
import type { Payload } from '../../../engine/values/payload.ts'
import { kindOf } from '../../parts/kind-of.ts'
import { filled } from '../../parts/losant-fields.ts'
import { put } from '../../parts/payload-values.ts'
import { findSyntaxError } from './script-syntax.ts'

export const functionNode = defineNode({
  type: 'function',
  losant: { type: 'RawFunctionNode', translate },
  summary: 'Runs JavaScript on the payload.',
  description: `The script changes \`payload\`, assigns it another value, or returns one that replaces it. The outcome is
read as JSON: functions and \`undefined\` are dropped, \`NaN\` is \`null\`, and dates are text, except for \`payload.time\`, which is a \`Date\` before and
after. With \`scope\`, \`payload\` is the value at that path, which may be of any type; without it, it must remain a map.

It is the body of a function in sloppy mode, so \`return\` is allowed anywhere. It has the language itself, with \`Buffer\`, \`Intl\`, \`URL\`,
\`URLSearchParams\`, \`TextEncoder\`, \`TextDecoder\`, \`structuredClone\`, \`btoa\`, \`atob\` and \`console\`, whose lines go to the run's log. There is no \`require\`, no \`fetch\`, no timer and nothing else of the server, and what a script
leaves in global variables or prototypes is gone when it ends. It is synchronous: nothing waits for a promise. Time is UTC.

A script that throws, takes longer than the setting \`FLOWPOT_SCRIPT_TIMEOUT_MS\` says or more memory than \`FLOWPOT_SCRIPT_MEMORY_MB\`,
fails the run, at its own line. In and out go 5 MB of JSON at most. A few scripts run at a time
(\`FLOWPOT_SCRIPT_THREADS\`). The others wait: nodes take turns, and within each the networks that ask for it. Where more than
\`FLOWPOT_MAX_WAITING_SCRIPTS\` wait, requests are answered 503.`,
  config: Type.Object({
    script: Code({ description: 'The JavaScript. A block scalar (`script: |`) keeps its lines.' }),
    scope: Type.Optional(
      PathTo({ description: 'The part of the payload that the script has as `payload`. Defaults to all of it.' }),
    ),
  }),
  outputs: ['next'],
  check: checkSyntax,
  writes: ({ scope = '.' }) => [{ path: String(scope), shape: anything }],
  compile: ({ script, scope }, { locate }) => {
    return async (payload, run) => {
      const { services, signal } = run
      const outcome = await services.script({
        source: script,
        payload: scope ? scope.get(payload) : payload,
        now: services.clock.now(),
        seed: seedOf(services.random),
        signal,
      })
      for (const { level, message } of outcome.logs) run.log(level, message)
      if ('error' in outcome) throw errorAt(outcome.error, script, locate)
      if (scope) put(scope, payload, outcome.payload)
      else replace(payload, outcome.payload)
      return 'next'
    }
  },
  examples: [
    {
      title: 'A change of the payload',
      yaml: `type: function
script: |
  const { readings } = payload.data
  const sum = readings.reduce((total, { moisture }) => total + moisture, 0)
  payload.working = { average: sum / readings.length, year: payload.time.getFullYear() }`,
      payload: { data: { readings: [{ moisture: 0.25 }, { moisture: 0.75 }] } },
      expect: { output: 'next', payload: { working: { average: 0.5, year: 2023 } } },
    },
    {
      title: 'A new value for one path',
      yaml: `type: function
scope: data.raw
script: return Buffer.from(payload, 'hex').readFloatLE(0).toFixed(2)`,
      payload: { data: { raw: 'd00f4940' } },
      expect: { output: 'next', payload: { 'data.raw': '3.14' } },
    },
    {
      title: 'An error, which fails the run at its line',
      yaml: `type: function
script: |
  if (!payload.data.serial) {
    throw new Error('There is no serial number.')
  }`,
      payload: { data: {} },
      expect: { error: 'example.yaml:7): There is no serial number.' },
    },
  ],
})

function checkSyntax({ config, report }: NodeCheck): void {
  const problem = findSyntaxError(String(config.script))
  if (!problem) return
  const { message, offset, length } = problem
  const hint = /\bawait\b|\bimport\b/.test(message)
    ? { hint: 'A script is synchronous and imports nothing. Use nodes such as http for what takes time.' }
    : {}
  report({ code: 'FLOW_SCRIPT_SYNTAX', at: ['script'], offset, length, message: `${message}.`, ...hint })
}

function errorAt(failure: ScriptFailure, script: string, locate: CompileContext['locate']): Error {
  const { name, message, line, column } = failure
  if (line === undefined || column === undefined) return Object.assign(new Error(message), { name })
  const before = script.split('\n').slice(0, line - 1)
  const offset = before.reduce((sum, text) => sum + text.length + 1, column - 1)
  return new ErrorAtLine(name, message, locate('script', offset).line)
}

/** 48 random bits. */
function seedOf(random: Random): number {
  return random.bytes(6).reduce((seed, byte) => seed * 256 + byte, 0)
}

function replace(payload: Payload, left: unknown): void {
  if (!isMap(left)) throw new TypeError(`The script leaves ${kindOf(left)} as the payload, which must be a map.`)
  // The payload stays the object that the run knows.
  for (const key of Object.keys(payload)) if (!Object.hasOwn(left, key)) delete payload[key]
  Object.assign(payload, left)
}

function translate({ script = '', scopePath }: RawConfig): RawConfig {
  return { script, ...filled({ scope: scopePath }) }
}
