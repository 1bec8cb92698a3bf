import { describe, expect, it } from 'vitest'
import { redis } from '../../../nodes/data/redis/redis.ts'
import { problemsOf, runNode } from '../run-node.ts'

const node = (command: string, args: string) => `type: redis\nconnection: cache\ncommand: ${command}\nargs: ${args}`

describe('a redis node', () => {
  it.each([
    ...['shutdown', 'flushall', 'flushdb', 'config', 'eval', 'evalsha', 'fcall', 'script', 'function', 'subscribe'],
    ...['monitor', 'debug', 'auth', 'select', 'client', 'multi', 'exec', 'migrate', 'restore', 'dump', 'blpop', 'wait'],
    ...['GET', 'get ', '__proto__', 'constructor'],
  ])('does not take the command %s', (command) => {
    expect(problemsOf(node(JSON.stringify(command), '[ a ]'))).toEqual([
      expect.objectContaining({ code: 'FLOW_WRONG_TYPE', line: 6 }),
    ])
  })

  it.each([
    ['xread', '[ BLOCK, 0, STREAMS, a, $ ]'],
    ['xreadgroup', '[ GROUP, g, c, << data.option >>, 0, STREAMS, a, ">" ]'],
  ])('does not wait on a connection that others have too: %s %s', async (command, args) => {
    const run = await runNode({ yaml: node(command, args), payload: { data: { option: 'block' } } })
    expect(String(run.error)).toContain('cannot BLOCK')
    expect(run.sent).toEqual([])
  })

  it('reads a stream that is called as an option is', async () => {
    const run = await runNode({ yaml: node('xread', '[ STREAMS, block, 0 ]'), payload: { data: {} } })
    expect(run.sent).toMatchObject([{ args: ['STREAMS', 'block', '0'] }])
  })

  it.each([{ a: 1 }, [1], null])('sends texts, numbers and booleans alone, and no %j', async (key) => {
    const run = await runNode({ yaml: node('del', '[ << data.key >> ]'), payload: { data: { key } } })
    expect(run.error).toBeDefined()
    expect(run.sent).toEqual([])
  })

  it('takes its arguments from the payload, each as one', async () => {
    const run = await runNode({
      yaml: node('mset', '<< data.args >>'),
      payload: { data: { args: ['a b', "'; FLUSHALL\r\n", 1.5, true] } },
    })
    expect(run.sent).toMatchObject([{ command: 'mset', args: ['a b', "'; FLUSHALL\r\n", '1.5', 'true'] }])
  })

  it('names a connection that there is', () => {
    expect(problemsOf('type: redis\nconnection: cash\ncommand: get\nargs: [ a ]')).toEqual([
      expect.objectContaining({ code: 'FLOW_UNKNOWN_CONNECTION', hint: 'Did you mean "cache"?' }),
    ])
  })
})

describe("Losant's RedisNode", () => {
  const translate = (config: Readonly<Record<string, unknown>>) => redis.losant?.translate?.(config)

  it.each([
    [
      { host: 'redis.example.com', password: '{{globals.pass}}', command: 'hget', arguments: ['a', '{{triggerId}}'] },
      { connection: 'redis-example-com', command: 'hget', args: ['a', '{{triggerId}}'] },
    ],
    [
      { host: '10.0.0.1', command: 'DEL', argumentsPath: 'data.keys', resultPath: 'data.n' },
      { connection: 'c10-0-0-1', command: 'del', args: '{{data.keys}}', result: 'data.n' },
    ],
    [
      { host: 'h', arguments: ['a'], errorBehavior: 'payloadPath', errorPath: 'data.error' },
      { connection: 'h', command: 'get', args: ['a'], errorResult: 'data.error' },
    ],
  ])('is a redis node: %j', (config, expected) => {
    expect(translate(config)).toEqual(expected)
  })

  it.each([
    [{ isCluster: true, clusterMembers: [{ host: 'a' }] }, 'A cluster has no counterpart'],
    [{ host: 'h', command: 'blpop', arguments: ['a', '0'] }, 'The command blpop has no counterpart'],
    [{ host: '{{globals.host}}', arguments: ['a'] }, 'is a template'],
    [{ arguments: ['a'] }, 'has no host'],
  ])('is refused where there is no counterpart: %j', (config, message) => {
    expect(() => translate(config)).toThrow(message)
  })
})
