import { describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { latch } from '../../../nodes/logic/latch.ts'
import { onChange } from '../../../nodes/logic/on-change/on-change.ts'
import { throttle } from '../../../nodes/logic/throttle.ts'
import { expireValues } from '../../../platform/storage/expire-values.ts'
import { problemsOf } from '../run-node.ts'
import { type NodesOnPlatform, nodesOnPlatform } from '../run-on-platform.ts'

const dry = 'id: dry\ntype: latch\nif: << data.n >> < 20\nreset: << data.n >> > 30'
const changed = 'id: changed\ntype: on-change\nvalue: << data.n >>'
const slow = 'id: slow\ntype: throttle\nperMs: 1000'

/** The ways out of runs with these values as `data.n`, one after the other. */
async function outputsOf({ run }: NodesOnPlatform, yaml: string, values: readonly unknown[]) {
  const outputs: unknown[] = []
  for (const n of values) {
    const { output, error } = await run(yaml, { n })
    outputs.push(error === undefined ? output : String(error))
  }
  return outputs
}

describe('a node that remembers and does not load', () => {
  test.each([
    ['type: latch\nif: true', 'FLOW_MISSING_FIELD', 'under its ID'],
    ['type: throttle\nperMs: 1000', 'FLOW_MISSING_FIELD', 'under its ID'],
    ['type: on-change\nvalue: << data.n >>', 'FLOW_MISSING_FIELD', 'under its ID'],
    ['id: a\ntype: latch', 'FLOW_MISSING_FIELD', 'if'],
    ['id: a\ntype: latch\nif: << data.n', 'FLOW_TEMPLATE_SYNTAX', 'closed'],
    ['id: a\ntype: throttle', 'FLOW_MISSING_FIELD', 'perMs'],
    ['id: a\ntype: throttle\nperMs: 0', 'FLOW_WRONG_TYPE', 'perMs'],
    [`${slow}\ntimes: 1001`, 'FLOW_WRONG_TYPE', 'times'],
    ['id: a\ntype: on-change', 'FLOW_MISSING_FIELD', 'which value'],
    [`${changed}\nby: 1\nbyPercent: 1`, 'FLOW_UNKNOWN_FIELD', 'combined with by'],
    [`${changed}\ndirection: up`, 'FLOW_UNKNOWN_FIELD', 'needs by'],
    [`${changed}\nby: -1`, 'FLOW_WRONG_TYPE', 'by'],
  ])('%j is %s', (yaml, code, text) => {
    const found = problemsOf(yaml)
    expect(found.map((problem) => problem.code)).toEqual([code])
    expect(JSON.stringify(found)).toContain(text)
  })
})

describe('what a node remembers', () => {
  test('is kept apart for each identifier, whatever a client puts into it', async () => {
    const { run } = await nodesOnPlatform()
    for (const id of ['fern', '__proto__', '', 'a\nb', '[object Object]', 5]) {
      for (const node of [dry, slow]) {
        const yaml = `${node}\nidentifier: << data.id >>`
        expect((await run(yaml, { id, n: 1 })).output).toBe('then')
        expect((await run(yaml, { id, n: 1 })).output).toBe('else')
      }
    }
  })

  test.each([
    ['missing', undefined, 'identifier is missing'],
    ['a map', {}, 'does not fit'],
    ['null', null, 'does not fit'],
    ['of 10 KB', 'x'.repeat(10_240), '255'],
  ])('is kept for none that is %s: that fails the run', async (_what, id, message) => {
    const { run } = await nodesOnPlatform()
    for (const node of [dry, slow, changed]) {
      const { error } = await run(`${node}\nidentifier: << data.id >>`, { id, n: 1 })
      expect(String(error)).toContain(message)
    }
  })

  test('belongs to the ID, wherever the node stands, and to the type', async () => {
    const { run } = await nodesOnPlatform()
    expect((await run(slow)).output).toBe('then')
    expect((await run(`${slow}\nelse: end`)).output).toBe('else')
    expect((await run(slow.replace('slow', 'other'))).output).toBe('then')
    expect((await run('id: slow\ntype: latch\nif: true')).output).toBe('then')
  })

  test('is changed by one of fifty runs at once', async () => {
    const { run } = await nodesOnPlatform()
    for (const node of [dry, slow]) {
      const runs = await Promise.all(Array.from({ length: 50 }, () => run(node, { n: 1 })))
      expect(runs.filter(({ output }) => output === 'then')).toHaveLength(1)
    }
  })

  test('is forgotten a ttl after it last changed', async () => {
    const nodes = await nodesOnPlatform()
    for (const [yaml, before, after] of [
      [`${dry}\nttl: 60`, ['then', 'else'], 'then'],
      [`${changed}\nttl: 60`, ['else', 'then'], 'else'],
    ] as const) {
      expect(await outputsOf(nodes, yaml, [10, 11])).toEqual(before)
      nodes.clock.ms += 59_999
      expect(await outputsOf(nodes, yaml, [11])).toEqual(['else'])
      nodes.clock.ms += 1
      expect(await outputsOf(nodes, yaml, [12])).toEqual([after])
    }
  })

  test.each([
    ['', 0],
    ['\nsinceLast: data.since', 1],
  ])('of a throttle%j leaves %d rows once it limits nothing any more', async (field, rows) => {
    const nodes = await nodesOnPlatform()
    const { platform, clock } = nodes
    expect(await outputsOf(nodes, `${slow}${field}`, [1, 2])).toEqual(['then', 'else'])
    clock.ms += 1000
    await expireValues(platform)
    const left = await platform.store.read.selectFrom('flow_storage').selectAll().execute()
    expect(left).toHaveLength(rows)
    expect(await outputsOf(nodes, `${slow}${field}`, [3])).toEqual(['then'])
  })

  test('is not what get-value reads', async () => {
    const { run, result } = await nodesOnPlatform()
    await run(dry, { n: 1 })
    expect(await result('type: get-value\nall: true')).toEqual({})
    expect(await result('type: get-value\nall: true\nscope: application')).toEqual({})
  })
})

describe('latch', () => {
  test.each([
    ['takes then once, until it was reset', dry, [25, 10, 10, 25, 10, 31, 25, 10], '-+-----+'],
    ['without a reset takes then once and never again', dry.replace(/\nreset.*/, ''), [50, 10, 50, 10], '-+--'],
    ['is reset first where both are met', 'id: a\ntype: latch\nif: true\nreset: true', [1, 1, 1, 1], '+-+-'],
    ['takes what is missing for false', dry, [undefined, 10, undefined, 31, 10], '-+--+'],
  ])('%s', async (_what, yaml, values, expected) => {
    const outputs = await outputsOf(await nodesOnPlatform(), yaml, values)
    expect(outputs.map((output) => (output === 'then' ? '+' : output === 'else' ? '-' : output)).join('')).toBe(
      expected,
    )
  })

  test('says where it is asked what was met, what it was and what it is', async () => {
    const { run } = await nodesOnPlatform()
    const facts = 'conditionResult resetResult wasLatched isLatched taken'.split(' ')
    const yaml = [dry, ...facts.map((fact) => `${fact}: data.${fact}`)].join('\n')
    const told = async (n: number) => {
      const data = (await run(yaml, { n })).payload.data as Record<string, unknown>
      return facts.map((fact) => data[fact])
    }
    expect(await told(10)).toEqual([true, false, false, true, true])
    expect(await told(10)).toEqual([true, false, true, true, false])
    expect(await told(40)).toEqual([false, true, true, false, false])
    expect(await told(25)).toEqual([false, false, false, false, false])
  })
})

describe('on-change', () => {
  test.each([
    ['any change of value or type', '', [1, 1, 2, '2', null, undefined, undefined, 1], '--++++-+'],
    [
      'structures by what stands in them',
      '',
      [
        { a: 1, b: [2] },
        { b: [2], a: 1 },
        { a: 1, b: [3] },
      ],
      '--+',
    ],
    ['dates as text', '', [new Date(0), new Date(0), '1970-01-01T00:00:00.000Z', new Date(1)], '---+'],
    ['a change of at least 5 since the last', '\nby: 5', [10, 14, 6, 15, 11, 19.9, 20], '---+--+'],
    ['a rise of at least 5 from the lowest', '\nby: 5\ndirection: up', [10, 7, 11, 12, 16, 17, 0, 5], '---+-+-+'],
    ['a fall of at least 5 from the highest', '\nby: 5\ndirection: down', [10, 13, 9, 8, 4, 3], '---+-+'],
    ['a change of at least 10 %', '\nbyPercent: 10', [100, 109, 91, 90, 98, 99, -99], '---+-++'],
    ['a rise of at least 10 % from the lowest', '\nbyPercent: 10\ndirection: up', [-100, -110, -99, -90], '--+-'],
    ['any change from 0 in percent', '\nbyPercent: 1000', [0, 0, 0.1], '--+'],
    ['text that says a number, and nothing else', '\nby: 1', ['1', 'moss', null, true, '', undefined, '2'], '------+'],
  ])('sees %s', async (_what, fields, values, expected) => {
    const outputs = await outputsOf(await nodesOnPlatform(), `${changed}${fields}`, values)
    expect(outputs.map((output) => (output === 'then' ? '+' : output === 'else' ? '-' : output)).join('')).toBe(
      expected,
    )
  })

  test('compares with a number what was watched for any change before', async () => {
    const nodes = await nodesOnPlatform()
    expect(await outputsOf(nodes, changed, ['moss', 'fern'])).toEqual(['else', 'then'])
    expect(await outputsOf(nodes, `${changed}\nby: 1`, [1, 2])).toEqual(['else', 'then'])
  })

  test('says what it compared with, and since when', async () => {
    const { run, clock } = await nodesOnPlatform()
    const began = clock.now()
    const previous = async (n: number) => {
      const { payload } = await run(`${changed}\nprevious: data.previous`, { n })
      clock.ms += 1000
      return (payload.data as { previous?: unknown }).previous
    }
    expect(await previous(1)).toBeUndefined()
    expect(await previous(1)).toEqual({ value: 1, time: began })
    expect(await previous(2)).toEqual({ value: 1, time: began })
    expect(await previous(2)).toEqual({ value: 2, time: began + 2000 })
  })

  test('fails where the threshold is missing or no number', async () => {
    const { run } = await nodesOnPlatform()
    expect(String((await run(`${changed}\nby: << data.by >>`, { n: 1 })).error)).toContain('is missing')
    expect(String((await run(`${changed}\nby: << data.by >>`, { n: 1, by: 'x' })).error)).toContain('does not fit')
  })

  test('fails where the value cannot be stored, and remembers what was', async () => {
    const nodes = await nodesOnPlatform()
    const [first, failed, after] = await outputsOf(nodes, changed, ['a', 'x'.repeat(70_000), 'a'])
    expect([first, after]).toEqual(['else', 'else'])
    expect(failed).toContain('64 KB')
  })
})

describe('throttle', () => {
  const passes = async ({ run, clock }: NodesOnPlatform, yaml: string, waits: readonly number[]) => {
    const passed: boolean[] = []
    for (const ms of waits) {
      clock.ms += ms
      passed.push((await run(yaml)).output === 'then')
    }
    return passed.map((did) => (did ? '+' : '-')).join('')
  }

  test.each([
    ['one in a stretch, counted from the last that passed', slow, [0, 999, 1, 500, 499, 1, 5000], '+-+--++'],
    ['three in any stretch', `${slow}\ntimes: 3`, [0, 400, 400, 100, 100, 0, 399, 1, 0], '+++-+--+-'],
    ['all once the clock was set back', slow, [0, 1, -100_000, 1, 1000], '+-+-+'],
    ['none for a clock that is a little behind', slow, [0, -5, -5], '+--'],
  ])('lets pass %s', async (_what, yaml, waits, expected) => {
    expect(await passes(await nodesOnPlatform(), yaml, waits)).toBe(expected)
  })

  test('says how long ago the last one passed', async () => {
    const { run, clock } = await nodesOnPlatform()
    const since = async (ms: number) => {
      clock.ms += ms
      const { payload } = await run(`${slow}\nsinceLast: data.since`)
      return (payload.data as { since?: unknown }).since
    }
    expect([await since(0), await since(300), await since(900), await since(5)]).toEqual([undefined, 300, 1200, 5])
  })
})

describe('a node of a Losant export', () => {
  const translated = [
    [
      latch,
      {
        latchExpression: '{{data.t}} > 90',
        resetExpression: '{{data.t}} < 70',
        latchIdTemplate: '{{triggerId}}',
        isLatchedPath: 'working.is',
        wasLatchedPath: 'working.was',
        latchResultPath: 'working.if',
        resetResultPath: 'working.reset',
        branchPath: 'working.branch',
      },
      {
        if: '{{data.t}} > 90',
        reset: '{{data.t}} < 70',
        identifier: '{{triggerId}}',
        isLatched: 'working.is',
        wasLatched: 'working.was',
        conditionResult: 'working.if',
        resetResult: 'working.reset',
        taken: 'working.branch',
      },
    ],
    [latch, { latchExpression: '', resetExpression: '', latchIdTemplate: '', branchPath: '' }, { if: false }],
    [
      onChange,
      { valuePath: 'data.a.[0]', changeType: 'any', onChangeIdTemplate: 'c-{{data.id}}', prevValuePath: 'data.before' },
      { value: '{{data.a.[0]}}', identifier: 'c-{{data.id}}', previous: 'data.before' },
    ],
    [
      onChange,
      { valuePath: 'data.a', changeType: 'percentDec', changeThreshold: '2.5', onChangeIdTemplate: '' },
      { value: '{{data.a}}', byPercent: 2.5, direction: 'down' },
    ],
    [throttle, { ratePerMinute: 10, throttleIdTemplate: '', timeSincePath: '' }, { perMs: 6000 }],
    [
      throttle,
      { ratePerMinute: 1 / 60, throttleIdTemplate: '{{data.id}}', timeSincePath: 'data.since' },
      { perMs: 3_600_000, identifier: '{{data.id}}', sinceLast: 'data.since' },
    ],
  ] as const

  test.each(translated)('becomes one that loads: %#', (type, config, expected) => {
    const own = type.losant?.translate?.(config)
    expect(own).toEqual(expected)
    expect(problemsOf(stringify({ id: 'a', type: type.type, ...own }).trim())).toEqual([])
  })

  test('is refused where it cannot be one', () => {
    expect(() => onChange.losant?.translate?.({ valuePath: 'a', changeType: 'all' })).toThrow('"all"')
    expect(() => throttle.losant?.translate?.({ ratePerMinute: 0 })).toThrow('ratePerMinute')
  })
})
