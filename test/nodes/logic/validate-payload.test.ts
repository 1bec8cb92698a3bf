import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { compileGivenSchema } from '../../../nodes/logic/validate-payload/json-schema.ts'
import { validatePayload } from '../../../nodes/logic/validate-payload/validate-payload.ts'
import { cpuMsOf } from '../../cpu-time.ts'
import { problemsOf, runNode } from '../run-node.ts'

/** With the schema in the flow, or, as `given`, from the payload. */
async function validate(schema: unknown, body: unknown, from: 'flow' | 'given' = 'flow') {
  const written = from === 'flow' ? JSON.stringify(schema) : '<< data.schema >>'
  const yaml = `type: validate-payload\nsource: data.body\nschema: ${written}\nresult: data.problems\nelse: end`
  const { error, output, payload } = await runNode({ yaml, payload: { data: { schema, body } } })
  if (error !== undefined) throw error
  const { problems } = payload.data as { problems: { field: string; message: string }[] }
  expect(problems.length === 0).toBe(output === 'then')
  return problems
}

describe.each(['flow', 'given'] as const)('a schema of the %s', (from) => {
  it.each([
    ['a value that fits', { type: 'integer' }, 5, []],
    ['a type', { type: 'integer' }, '5', [['data.body', 'must be an integer']]],
    ['nothing where something is asked for', { type: 'object' }, undefined, [['data.body', 'must be an object']]],
    ['nothing where nothing is asked for', {}, undefined, []],
    ['a field that is missing', { required: ['email'] }, {}, [['data.body.email', 'is missing']]],
    ['a name of objects', { required: ['constructor'] }, {}, [['data.body.constructor', 'is missing']]],
    [
      'a field too many',
      { properties: { a: {} }, additionalProperties: false },
      { b: 1, 'c d': 2 },
      [
        ['data.body.[c d]', 'is not allowed'],
        ['data.body.b', 'is not allowed'],
      ],
    ],
    [
      'an item of a list',
      { type: 'array', items: { properties: { 'a/b~c': { minimum: 1 } } } },
      [{ 'a/b~c': 1 }, { 'a/b~c': 0 }],
      [['data.body.[1].[a/b~c]', 'must be >= 1']],
    ],
    ['one of some values', { enum: ['a', 'b'] }, 'c', [['data.body', 'must be a or b']]],
    ['a format', { type: 'string', format: 'email' }, 'ada', [['data.body', 'in the form of an e-mail address']]],
    ['decimals that a fraction goes into', { multipleOf: 0.01 }, 0.29, []],
    [
      'decimals that it does not',
      { items: { multipleOf: 0.01 } },
      [1.1, 4.35, 0.295, 1e21, 1e-7, 123456789.01],
      [
        ['data.body.[2]', ''],
        ['data.body.[4]', ''],
      ],
    ],
    ['a multiple of a whole number, all but', { multipleOf: 1 }, 5.0000001, [['data.body', '']]],
    ['letters of any script', { pattern: '^\\p{L}+$' }, 'ä', []],
    [
      'keys in letters of any script',
      { patternProperties: { '^\\p{L}+$': { type: 'number' } }, additionalProperties: false },
      { ä: 'x', é: 1 },
      [['data.body.ä', 'must be a number']],
    ],
    ['a pattern that is none of Unicode', { pattern: '^[\\w-.]+\\-$' }, 'a.b-', []],
    ['a pattern', { type: 'string', pattern: '^[1-9][0-9]*$' }, '007', [['data.body', 'must be a text that matches']]],
    [
      'twins, whatever the order of their keys',
      { uniqueItems: true },
      [
        { a: 1, b: [2] },
        { b: [2], a: 1 },
      ],
      [['data.body', '']],
    ],
    ['no twins', { uniqueItems: true }, [1, '1', [1], ['1'], { a: 1 }, null, 'null'], []],
    [
      'a reference',
      { definitions: { n: { type: 'number' } }, items: { $ref: '#/definitions/n' } },
      [1, 'x'],
      [['data.body.[1]', 'must be a number']],
    ],
    [
      'one of several kinds',
      { anyOf: [{ type: 'object', required: ['a'] }, { type: 'number' }] },
      {},
      [['data.body.a', 'is missing']],
    ],
  ])('tells of %s', async (_, schema, body, expected) => {
    const problems = await validate(schema, body, from)
    expect(problems).toEqual(
      expected.map(([field, message]) => ({ field, message: expect.stringContaining(String(message)) })),
    )
  })

  it('takes no time over a long list of objects that must differ', async () => {
    const items = Array.from({ length: 30_000 }, (_, index) => ({ index }))
    const cpuMs = await cpuMsOf(async () =>
      expect(await validate({ type: 'array', uniqueItems: true }, items, from)).toEqual([]),
    )
    // Comparing each with each takes half a minute.
    expect(cpuMs).toBeLessThan(5000)
  })

  it('tells of the first problem alone where there is much to look at, and of a hundred at most', async () => {
    const numbers = { type: 'array', items: { anyOf: [{ type: 'string' }, { type: 'boolean' }] } }
    expect(await validate(numbers, new Array(200_000).fill(1), from)).toHaveLength(1)
    const few = await validate(numbers, new Array(2000).fill(1), from)
    expect(few.length).toBeGreaterThan(1)
    expect(few.length).toBeLessThanOrEqual(100)
  })

  it('refuses a value that is nested deeper than it can follow', async () => {
    let deep: unknown = []
    for (let depth = 0; depth < 100_000; depth += 1) deep = [deep]
    const problems = await validate({ items: { $ref: '#' } }, deep, from)
    expect(problems).toEqual([{ field: 'data.body', message: 'is nested too deeply' }])
  })
})

describe('a schema that comes with the payload', () => {
  it.each([
    [undefined, 'schema'],
    [null, 'It is not an object'],
    ['{}', 'It is not an object'],
    [[], 'It is not an object'],
    [{ type: 'objekt' }, 'schema/type must be equal to one of the allowed values'],
    [{ $ref: 'http://example.com/schema' }, "can't resolve reference"],
    [{ $ref: 'http://json-schema.org/draft-07/schema#' }, "can't resolve reference"],
    [{ $schema: 'http://example.com/schema' }, 'no schema with key or ref'],
    [{ pattern: '(' }, 'regular expression'],
    [{ $async: true }, 'It is asynchronous'],
    [{ $ref: '#' }, undefined],
  ])('that is none fails the run: %j', async (schema, message) => {
    const outcome = await validate(schema, 'x', 'given').catch((error: unknown) => String(error))
    if (message === undefined) expect(outcome).toEqual([{ field: 'data.body', message: 'is nested too deeply' }])
    else expect(outcome).toContain(message)
  })

  it('is taken as it was, whatever becomes of it on the payload', () => {
    const schema: Record<string, unknown> = { type: 'string' }
    const validate = compileGivenSchema(schema)
    schema.type = 'number'
    expect([validate('a').length, validate(1).length]).toEqual([0, 1])
    expect(compileGivenSchema(schema)(1)).toEqual([])
  })

  it('tells patterns apart', async () => {
    const schema = { properties: { a: { pattern: '^a$' }, b: { pattern: '^b$' } } }
    expect(await validate(schema, { a: 'a', b: 'b' }, 'given')).toEqual([])
    expect(await validate(schema, { a: 'b', b: 'a' }, 'given')).toHaveLength(2)
  })

  it('is not known to another', async () => {
    const named = { properties: { a: { $id: 'part', type: 'string' }, b: { $ref: 'part' } } }
    expect(await validate(named, { b: 1 }, 'given')).toHaveLength(1)
    await expect(validate({ properties: { b: { $ref: 'part' } } }, { b: 1 }, 'given')).rejects.toThrow('resolve')
  })

  it('may have templates in it', async () => {
    const yaml = `type: validate-payload
source: data.body
schema: { type: number, maximum: << data.most >> }
else: end`
    const run = async (most: unknown) => (await runNode({ yaml, payload: { data: { body: 5, most } } })).output
    expect([await run(6), await run(4), await run(5)]).toEqual(['then', 'else', 'then'])
  })
})

describe('the whole payload', () => {
  it('is what is looked at where no source is named', async () => {
    const yaml = `type: validate-payload
schema: { properties: { data: { required: [ a ] } } }
result: working.problems
else: end`
    const { output, payload } = await runNode({ yaml, payload: { data: {} } })
    expect(output).toBe('else')
    expect(payload.working).toEqual({ problems: [{ field: 'data.a', message: 'is missing' }] })
  })
})

describe('a schema in the flow', () => {
  it.each([
    ['not a schema', 'schema must be a JSON Schema.', 5],
    [[], 'schema must be a JSON Schema.', 5],
    [true, 'schema must be a JSON Schema.', 5],
    [{ type: 'objekt' }, 'type must be one of array', 6],
    [{ title: 'A', properties: { a: { minlength: 1 } } }, 'There is no field minlength in properties.a.', 9],
    [{ properties: { a: { $ref: 'http://a.example/b' } } }, 'A $ref must lead within the schema.', 8],
    [{ properties: { a: { $ref: '#/definitions/b' } } }, 'There is nothing in the schema at #/definitions/b.', 8],
    [{ $ref: '#' }, 'The schema refers to itself without end.', 6],
    [{ title: 'A', pattern: '(' }, 'pattern must be a text in the form of a regex', 7],
    [{ format: 'emial' }, 'format must be one of', 6],
    [{ minimum: 0, exclusiveMinimum: true }, 'exclusiveMinimum must be a number', 7],
    [{ $async: true }, 'There is no field $async.', 6],
    [{ $schema: 'http://json-schema.org/draft-04/schema#' }, '$schema must be', 6],
  ])('is looked at when the flow loads: %j', (schema, message, line) => {
    const written = stringify({ schema }).trimEnd()
    const problems = problemsOf(`type: validate-payload\n${written}\nelse: end`)
    expect(problems).toEqual([expect.objectContaining({ message: expect.stringContaining(message), line })])
  })

  it.each([
    { $schema: 'http://json-schema.org/draft-07/schema#', $defs: { a: {} }, $ref: '#/$defs/a' },
    { 'x-note': 'mine', title: 'A', description: 'b', default: 1, examples: [2], readOnly: true, writeOnly: false },
    { properties: { minlength: { type: 'string' }, $ref: { type: 'string' } } },
    { properties: { a: { $ref: '#' } } },
    JSON.parse('{ "if": { "type": "string" }, "then": { "minLength": 1 }, "else": { "type": "number" } }'),
  ])('may say: %j', (schema) => {
    expect(problemsOf(`type: validate-payload\n${stringify({ schema })}else: end`)).toEqual([])
  })

  it('has patterns of its author, who may write what takes long', async () => {
    expect(await validate({ type: 'string', pattern: '^(a+)+$' }, 'aaaa')).toEqual([])
  })
})

describe("Losant's node", () => {
  it('becomes one of these, its schema of draft-04 one of draft-07', () => {
    const losant = {
      schemaType: 'json',
      schema: `{
        "$schema": "http://json-schema.org/draft-04/schema#",
        "type": "object",
        "properties": {
          "n": { "type": "number", "minimum": 0, "exclusiveMinimum": true, "maximum": 5, "exclusiveMaximum": false },
          "minlength": { "minlength": 3, "enum": [{{jsonEncode data.a}}, "{{data.b}}"] }
        },
        "items": [{ "minimum": 1, "exclusiveMinimum": true }]
      }`,
      toValidatePath: 'data.body',
      errorsPath: 'data.errors',
    }
    expect(validatePayload.losant?.translate?.(losant)).toEqual({
      schema: {
        type: 'object',
        properties: {
          n: { type: 'number', exclusiveMinimum: 0, maximum: 5 },
          minlength: { enum: ['{{data.a}}', '{{data.b}}'] },
        },
        items: [{ exclusiveMinimum: 1 }],
      },
      source: 'data.body',
      result: 'data.errors',
    })
    const byPath = { schemaType: 'path', schema: 'globals.schema', toValidatePath: '', errorsPath: '' }
    expect(validatePayload.losant?.translate?.(byPath)).toEqual({ schema: '{{globals.schema}}' })
  })

  it.each([
    ['{ "maximum": {{defaultTo data.n 0}} }', '{{defaultTo data.n 0}} is more than a single value'],
    ['{ {{#if data.a}}"type": "string"{{/if}} }', '{{#if data.a}} is more than a single value'],
    ['{ "type": }', 'is not valid JSON'],
  ])('is refused where its template makes up more than values: %s', (schema, message) => {
    expect(() => validatePayload.losant?.translate?.({ schema })).toThrow(message)
  })
})

describe('a schema of the payload', () => {
  it.each([
    [{ prefixItems: [{ type: 'number' }] }, 'prefixItems'],
    [
      { properties: { a: { allOf: [{ unevaluatedProperties: false }] } } },
      'unevaluatedProperties at properties.a.allOf.0',
    ],
    [{ $defs: { a: { dependentRequired: { a: ['b'] } } } }, 'dependentRequired at $defs.a'],
    [{ type: 'object', requierd: ['a'] }, 'requierd'],
    [{ properties: { a: { items: [{ minlength: 3 }] } } }, 'minlength at properties.a.items.0'],
    [{ label: 'Order' }, 'label'],
  ])('is refused where it has what draft-07 has not: %j', async (schema, keyword) => {
    await expect(validate(schema, {}, 'given')).rejects.toThrow(`${keyword} is no keyword of draft-07`)
  })

  it('is refused with the keyword that was probably meant', async () => {
    const near = validate({ properties: { a: { minlength: 3 } } }, {}, 'given')
    await expect(near).rejects.toThrow('Did you mean "minLength"?')
    await expect(validate({ label: 'a' }, {}, 'given')).rejects.toThrow('Keywords of your own begin with "x-".')
  })

  it('may have fields and examples of such names', async () => {
    const schema = {
      properties: { prefixItems: { type: 'number' } },
      examples: [{ prefixItems: [] }],
      'x-note': 1,
      $id: 'a',
    }
    expect(await validate(schema, { prefixItems: 1 }, 'given')).toEqual([])
  })
})
