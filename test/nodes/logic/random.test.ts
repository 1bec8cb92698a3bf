import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Random } from '../../../contracts/random.ts'
import { generateId } from '../../../nodes/logic/generate-id/generate-id.ts'
import { randomNumber } from '../../../nodes/logic/random-number.ts'
import { problemsOf, runNode } from '../run-node.ts'

const real: Random = { bytes: (length) => new Uint8Array(randomBytes(length)) }
/** The same numbers again and again, as a recording gives them. */
const recorded = (start: number): Random => {
  let next = start
  return { bytes: (length) => Uint8Array.from({ length }, () => (next++ * 37) & 255) }
}

async function make(type: string, fields: string, data: object = {}, random = real): Promise<unknown> {
  const yaml = `type: ${type}\n${fields}\nresult: data.made`
  const { error, payload } = await runNode({ yaml, payload: { data }, services: { random } })
  if (error !== undefined) throw error
  return (payload.data as { made: unknown }).made
}

describe('generate-id', () => {
  it.each([
    ['format: uuidv4', /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/],
    ['format: uuidv1', /^[0-9a-f]{8}-[0-9a-f]{4}-1[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/],
    ['format: objectId', /^6553f100[0-9a-f]{16}$/],
    ['format: nanoid', /^[\w-]{21}$/],
    ['format: nanoid\nlength: 1', /^[\w-]$/],
    ['format: nanoid\nlength: "<< data.length >>"', /^[\w-]{256}$/],
  ])('makes another one each time: %s', async (fields, form) => {
    const ids = await Promise.all(Array.from({ length: 3 }, () => make('generate-id', fields, { length: '256' })))
    for (const id of ids) expect(id).toMatch(form)
    if (!fields.includes('length: 1')) expect(new Set(ids).size).toBe(3)
  })

  it.each(['uuidv4', 'uuidv1', 'objectId', 'nanoid'])('makes the same %s of the same randomness', async (format) => {
    const again = () => make('generate-id', `format: ${format}`, {}, recorded(7))
    expect(await again()).toBe(await again())
    expect(await make('generate-id', `format: ${format}`, {}, recorded(8))).not.toBe(await again())
  })

  it.each([
    // RFC 9562, appendix A, and section 6.5.
    ['uuidv3', 'www.example.com', '5df41881-3aed-3515-88a7-2f4a814cf09e'],
    ['uuidv5', 'www.example.com', '2ed6657d-e927-568b-95e1-2665a8aea6a2'],
  ])('makes of a name what the standard says: %s', async (format, value, expected) => {
    const fields = `format: ${format}\nnamespace: << data.namespace >>\nvalue: << data.value >>`
    const namespace = '6BA7B810-9DAD-11D1-80B4-00C04FD430C8'
    expect(await make('generate-id', fields, { namespace, value })).toBe(expected)
  })

  it('tells in a UUID of version 1 when it was made, and no address of the machine', async () => {
    const id = String(await make('generate-id', 'format: uuidv1'))
    const [low = '', mid = '', high = ''] = id.split('-')
    const ticks = BigInt(`0x${high.slice(1)}${mid}${low}`)
    expect(Number(ticks / 10_000n) - 12_219_292_800_000).toBe(1_700_000_000_000)
    expect(Number.parseInt(id.slice(24, 26), 16) & 1).toBe(1)
  })

  it('uses every character of a nanoid alike', async () => {
    const every: Random = { bytes: (length) => Uint8Array.from({ length }, (_, index) => index) }
    const id = String(await make('generate-id', 'format: nanoid\nlength: 256', {}, every))
    const counts = new Map<string, number>()
    for (const character of id) counts.set(character, (counts.get(character) ?? 0) + 1)
    expect([...counts.values()]).toEqual(Array.from({ length: 64 }, () => 4))
  })

  it.each([
    ['format: uuidv5\nnamespace: << data.text >>\nvalue: a', 'in the form of a UUID'],
    ['format: uuidv5\nnamespace: << data.gone >>\nvalue: a', 'namespace'],
    ['format: uuidv3\nnamespace: 6ba7b810-9dad-11d1-80b4-00c04fd430c8\nvalue: << data.gone >>', 'value'],
    ['format: nanoid\nlength: << data.text >>', '(nodes[0].length): << data.text >> gave a value that does not fit'],
    ['format: nanoid\nlength: << data.many >>', 'must be an integer from 1 to 256, not 257'],
    ['format: nanoid\nlength: << data.gone >>', 'length'],
  ])('fails the run where it cannot make one: %s', async (fields, message) => {
    await expect(make('generate-id', fields, { text: 'pots', many: 257 })).rejects.toThrow(message)
  })

  it.each([
    ['format: uuid', 'format must be'],
    ['format: uuidv5', 'uuidv5 needs a namespace.'],
    ['format: uuidv3\nnamespace: pots\nvalue: a', 'namespace must be a text in the form of a UUID'],
    ['length: 5', 'uuidv4 has no length.'],
    ['format: objectId\nvalue: a', 'objectId has no value.'],
    ['format: nanoid\nlength: 0', 'length must be'],
  ])('has a problem at load: %s', (fields, message) => {
    const [problem] = problemsOf(`type: generate-id\n${fields}\nresult: data.id`)
    expect(problem?.message).toContain(message)
  })
})

describe('random-number', () => {
  it('draws every whole number between its bounds, and no other', async () => {
    const drawn = new Set<unknown>()
    // That one of three is left out by chance happens once in ten thousand million times.
    for (let turn = 0; turn < 60; turn += 1) drawn.add(await make('random-number', 'min: -1.5\nmax: 1.9'))
    expect([...drawn].sort()).toEqual([-1, 0, 1])
  })

  it('draws anew where a number would come up more often than others', async () => {
    const drafts = [new Uint8Array(7).fill(255), new Uint8Array([0, 0, 0, 0, 0, 0, 4])]
    const random: Random = { bytes: () => drafts.shift() ?? new Uint8Array(7) }
    expect(await make('random-number', 'min: 0\nmax: 2', {}, random)).toBe(1)
    expect(drafts).toEqual([])
  })

  it.each([
    ['min: 5\nmax: 5', 5],
    ['min: "<< data.low >>"\nmax: << data.high >>', -3],
    ['min: -4503599627370495\nmax: 4503599627370495', -4_503_599_627_370_495],
  ])('draws the least of what is nothing but zeros: %s', async (fields, expected) => {
    const random: Random = { bytes: (length) => new Uint8Array(length) }
    expect(await make('random-number', fields, { low: '-3', high: '3' }, random)).toBe(expected)
  })

  it.each([
    [{ low: 10, high: 1 }, 'There is no integer from 10 to 1.'],
    [{ low: 1.3, high: 1.9 }, 'There is no integer from 1.3 to 1.9.'],
    [{ low: 0, high: 1e300 }, 'there are numbers past 9007199254740991'],
    [{ low: -9e15, high: 9e15 }, 'there are numbers past 9007199254740991'],
    [
      { low: 'one', high: 1 },
      '(nodes[0].min): << data.low >> gave a value that does not fit: The value must be a number, not "one"',
    ],
    [{ low: null, high: 1 }, 'must be a number, not null'],
    [{ low: 0 }, 'is missing'],
  ])('fails the run where nothing can be drawn: %j', async (data, message) => {
    await expect(make('random-number', 'min: << data.low >>\nmax: << data.high >>', data)).rejects.toThrow(message)
  })

  it.each([
    ['min: 2\nmax: 1', 'There is no integer from 2 to 1.'],
    ['min: one\nmax: 1', 'min must be a number'],
    ['min: 1', 'max is missing.'],
  ])('has a problem at load: %s', (fields, message) => {
    const problems = problemsOf(`type: random-number\n${fields}\nresult: data.n`)
    expect(problems).toEqual([expect.objectContaining({ message: expect.stringContaining(message) })])
  })
})

describe("Losant's nodes", () => {
  it('become ones of these', () => {
    expect(generateId.losant?.translate?.({ idTypeTemplate: ' NanoId ', destinationPath: 'data.id' })).toEqual({
      format: 'nanoid',
      result: 'data.id',
    })
    expect(
      generateId.losant?.translate?.({
        idTypeTemplate: 'uuidv5',
        namespaceTemplate: '{{data.n}}',
        valueTemplate: '{{data.v}}',
        numCharactersTemplate: '5',
        destinationPath: 'data.id',
      }),
    ).toEqual({ format: 'uuidv5', namespace: '{{data.n}}', value: '{{data.v}}', result: 'data.id' })
    expect(() => generateId.losant?.translate?.({ idTypeTemplate: '{{data.type}}' })).toThrow('type cannot be')
    expect(randomNumber.losant?.translate?.({ min: -7.999, max: '{{data.max}}', resultPath: 'data.n' })).toEqual({
      min: -7.999,
      max: '{{data.max}}',
      result: 'data.n',
    })
  })
})
