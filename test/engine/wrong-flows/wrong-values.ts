/** Templates, expressions and paths that are none. */
import { isScalar } from 'yaml'
import type { Field, FlowText } from './flow-text.ts'
import { type Change, giveValue, type Mutation, writeText } from './mutation.ts'

const fieldsOf = (flow: FlowText, ...marks: readonly string[]) =>
  flow.fields.filter(({ schema }) => marks.includes(schema['x-flowpot'] ?? ''))

/** Each text with ‸ where it is wrong, in each field and every style. */
function written(flow: FlowText, fields: readonly Field[], texts: readonly string[]): readonly Change[] {
  return fields.flatMap((field) =>
    texts.flatMap((text) => writeText(flow, field, text.replace('‸', ''), text.indexOf('‸'))),
  )
}

export const wrongValues: readonly Mutation[] = [
  {
    name: 'a template that is not closed',
    codes: ['FLOW_TEMPLATE_SYNTAX', 'FLOW_EXPRESSION_SYNTAX'],
    isAlone: true,
    changes: (flow) =>
      written(flow, fieldsOf(flow, 'template', 'value', 'expression'), [
        '‸<< data.a',
        '‸{{ data.a',
        '<< data.b >> ‸<< data.a',
        '<< data.b >>\n+ ‸<< data.a',
        '‸<< data.a }}',
      ]),
  },
  {
    name: 'a template that is no template',
    codes: ['FLOW_TEMPLATE_SYNTAX', 'FLOW_EXPRESSION_SYNTAX'],
    isAlone: true,
    changes: (flow) =>
      written(flow, fieldsOf(flow, 'template', 'value', 'expression'), [
        '<<‸ >>',
        '<< ‸items[0] >>',
        '<< a ‸| upper >>',
        '<< ‸../a >>',
        '‸<< #if a >> b',
        '<< "‸a >>',
      ]),
  },
  {
    name: 'a helper that does not exist',
    codes: ['FLOW_UNKNOWN_HELPER'],
    isAlone: true,
    changes: (flow) =>
      written(flow, fieldsOf(flow, 'template', 'value', 'expression'), [
        '<< ‸uper data.a >>',
        '<< upper (‸lowr data.a) >>',
        '<< ‸toString data.a >>',
        '<< ‸data.fn 1 >>',
        '<< data.b >> +\n\n  << ‸constructor data.a >>',
      ]),
  },
  {
    name: 'an expression that is none',
    codes: ['FLOW_EXPRESSION_SYNTAX'],
    isAlone: true,
    changes: (flow) =>
      written(flow, fieldsOf(flow, 'expression'), [
        '1 +‸',
        '<< data.a >> >‸',
        '‸data.n > 3',
        '1 ‸= 2',
        '(1 + ‸* 2)',
        '‸(1 + 2',
        '1 +\n2 ‸3',
        '‸sqr(2)',
        '1 ‸? 2 : 3',
      ]),
  },
  {
    name: 'a path that is none',
    codes: ['FLOW_TEMPLATE_SYNTAX'],
    isAlone: true,
    changes: (flow) =>
      written(flow, fieldsOf(flow, 'path'), ['data.‸.x', 'a‸[0]', 'a‸ b', 'a.‸[x', '‸<< data.a >>', 'data‸.']),
  },
  {
    name: 'a path to a prototype',
    codes: ['FLOW_UNSAFE_PATH'],
    isAlone: true,
    changes: (flow) => [
      ...written(flow, fieldsOf(flow, 'path'), ['data.‸__proto__.x', '‸constructor', 'a.‸[prototype].b']),
      ...written(flow, fieldsOf(flow, 'template', 'value', 'expression'), [
        '<< ‸data.__proto__.x >>',
        '<< upper ‸constructor.name >>',
        '<< upper data.a >> +\n<< ‸data.prototype >>',
      ]),
    ],
  },
  {
    name: 'a key that would pollute',
    codes: ['FLOW_UNSAFE_PATH'],
    isAlone: true,
    changes: (flow) =>
      fieldsOf(flow, 'value')
        .filter(({ schema }) => schema['x-flowpot-of'] === undefined)
        .flatMap((field) =>
          ['{ __proto__: 1 }', '{ a: [ { constructor: { b: 1 } } ] }'].map((value) => giveValue(flow, field, value)),
        ),
  },
  {
    name: 'a template where none is taken',
    codes: ['FLOW_WRONG_TYPE'],
    isAlone: true,
    changes: (flow) =>
      flow.fields
        .filter(({ schema, pair }) => schema['x-flowpot'] === undefined && isScalar(pair.value))
        .map((field) => giveValue(flow, field, '"<< data.a >>"')),
  },
]
