import { Type } from 'typebox'
import { anything } from '../../../engine/json-schema/shape.ts'
import { defineNode, type RawConfig } from '../../../engine/node.ts'
import { PathTo, ValueOf } from '../../../engine/schema.ts'
import { connectionField, timeoutField } from '../../parts/connection-fields.ts'
import { failedEffect } from '../../parts/failed-effect.ts'
import { filled, templateAt, translateErrorPath } from '../../parts/losant-fields.ts'
import { connectionNameOf } from '../../parts/losant-sql.ts'
import { choice } from '../../parts/one-of.ts'
import { mayRefuse, typedRefusalShape } from '../../parts/refuse.ts'
import { checkConnection } from '../../parts/sql-check.ts'
import { redisCommands, waits } from './redis-commands.ts'

const argument = Type.Union([Type.String(), Type.Number(), Type.Boolean()])

export const redis = defineNode({
  type: 'redis',
  losant: { type: 'RedisNode', translate },
  summary: 'Sends a command to a Redis server.',
  description: `The server is named in \`application.yaml\`, with the environment variable that has its URL:
\`connections: { cache: { env: CACHE_URL } }\`. The URL is \`redis://user:password@host:6379/0\`, or \`rediss://\` for TLS.

The commands are those for keys, strings, lists, sets, sorted sets, hashes, streams, geo, hyperloglog and publishing. Commands that run
scripts, subscribe, wait or manage the server are not allowed. Each argument stays one argument, whatever a client sent.

The value at \`result\` depends on the command: text, a number, \`null\` or a list, and a map for \`hgetall\`.

\`else\` is taken with \`{ error: { type, message } }\` if the server cannot be reached, refuses the command, takes too long, or replies with more
than 5 MB. Without an \`else\`, the run fails.`,
  config: Type.Object({
    connection: connectionField(),
    command: choice(redisCommands, { description: 'The command, in lower case.' }),
    args: Type.Optional(
      ValueOf(Type.Array(argument), {
        description: 'The arguments in order: texts, numbers and booleans.',
        examples: [['<< data.key >>', 60]],
      }),
    ),
    timeoutSeconds: timeoutField,
    result: Type.Optional(PathTo({ description: 'Where the reply goes, or the error.' })),
    errorResult: Type.Optional(PathTo({ description: 'Where the error goes. Defaults to `result`.' })),
  }),
  ...mayRefuse(typedRefusalShape, anything),
  check: checkConnection,
  compile: ({ connection, command, args, timeoutSeconds, result, errorResult }, { wired }) => {
    return async (payload, run) => {
      const given = (args?.(payload) ?? []).map(String)
      if (waits(command, given)) throw new Error(`${command} cannot BLOCK: its connection serves other runs too.`)
      const timeoutMs = (timeoutSeconds?.(payload) ?? 10) * 1000
      try {
        const request = { connection, command, args: given, timeoutMs, signal: run.signal }
        const reply = await run.services.redis(request)
        result?.set(payload, reply)
        return 'then'
      } catch (error) {
        return failedEffect(error, { payload, result: errorResult ?? result, wired })
      }
    }
  },
  examples: [
    {
      title: 'The stored values of a pot',
      yaml: `type: redis
connection: cache
command: hgetall
args: [ "pot:<< data.pot >>" ]
result: data.kept`,
      payload: { data: { pot: 'fern' } },
      responses: [{ result: { moisture: '0.25' } }],
      expect: {
        output: 'then',
        sent: [{ connection: 'cache', command: 'hgetall', args: ['pot:fern'] }],
        payload: { 'data.kept.moisture': '0.25' },
      },
    },
    {
      title: 'A value that expires after a minute',
      yaml: `type: redis
connection: cache
command: set
args: [ last-seen, << data.day >>, EX, 60 ]
result: data.kept
else: end`,
      payload: { data: { day: 'Monday' } },
      responses: [{ error: 'The Redis server of cache cannot be reached: it refuses connections.' }],
      expect: {
        output: 'else',
        sent: [{ args: ['last-seen', 'Monday', 'EX', '60'] }],
        payload: { 'data.kept.error.message': 'The Redis server of cache cannot be reached: it refuses connections.' },
      },
    },
    {
      title: 'An argument that is missing',
      yaml: `type: redis
connection: cache
command: del
args: [ << data.key >> ]`,
      payload: { data: {} },
      expect: { sent: [], error: 'is missing, and a list cannot have a gap' },
    },
  ],
})

function translate(config: RawConfig): RawConfig {
  const { isCluster, host, command = 'get', arguments: listed, argumentsPath, resultPath } = config
  if (isCluster === true) throw new Error('A cluster has no counterpart: a connection leads to one server.')
  const name = String(command).toLowerCase()
  if (!redisCommands.includes(name)) throw new Error(`The command ${name} has no counterpart.`)
  const args = argumentsPath ? templateAt(argumentsPath, 'argumentsPath') : listed
  return {
    connection: connectionNameOf(host, 'host'),
    command: name,
    ...(args === undefined ? {} : { args }),
    ...filled({ result: resultPath }),
    ...translateErrorPath(config),
  }
}
