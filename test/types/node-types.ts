/** What a node's file must not say. It is compiled and never run: every `@ts-expect-error` fails where the compiler accepts the line. */
import { Type } from 'typebox'
import { defineNode } from '../../engine/node.ts'
import { Expression, Template } from '../../engine/schema.ts'

const described = { summary: 'A node.', config: Type.Object({}), examples: [] }

export const rightOutput = defineNode({ ...described, type: 'right', outputs: ['next'], compile: () => () => 'next' })

export const wrongOutput = defineNode({
  ...described,
  type: 'wrong',
  outputs: ['next'],
  // @ts-expect-error: no output is called nxt
  compile: () => () => 'nxt',
})

export const wrongPromise = defineNode({
  ...described,
  type: 'wrong-later',
  outputs: ['then', 'else'],
  // @ts-expect-error: no output is called next
  compile: () => async () => 'next',
})

export const wrongFailure = defineNode({
  ...described,
  type: 'wrong-failure',
  outputs: ['then', 'else'],
  // @ts-expect-error: no output is called failed
  throwsUnlessWired: ['failed'],
  compile: () => () => 'then',
})

export const computedOutputs = defineNode({
  ...described,
  type: 'computed',
  outputs: ({ cases }) => (Array.isArray(cases) ? cases.map((_, index) => `cases[${index}]`) : []),
  compile: () => () => 'cases[0]',
})

export const fieldsAreCompiled = defineNode({
  ...described,
  type: 'fields',
  config: Type.Object({ text: Template(), when: Type.Optional(Expression()) }),
  outputs: ['next'],
  compile: ({ text, when }) => {
    const isText: (payload: Record<string, unknown>) => string = text
    // @ts-expect-error: an optional field may be missing
    const isGiven: (payload: Record<string, unknown>) => unknown = when
    return (payload) => {
      isText(payload)
      isGiven(payload)
      return 'next'
    }
  },
})

export const wrongField = defineNode({
  ...described,
  type: 'wrong-field',
  outputs: ['next'],
  // @ts-expect-error: the schema has no field with this name
  compile: ({ missing }) => {
    return () => (missing ? 'next' : 'next')
  },
})
