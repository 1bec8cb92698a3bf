import { Buffer } from 'node:buffer'
import { Type } from 'typebox'
import { scalar } from '../../../engine/json-schema/shape.ts'
import { defineNode, type NodeCheck, type RawConfig, type Run } from '../../../engine/node.ts'
import { PathTo, ValueOf } from '../../../engine/schema.ts'
import { given } from '../../parts/given.ts'
import { lacking, refuseFields } from '../../parts/misplaced.ts'
import { oneOf } from '../../parts/one-of.ts'
import { nameUuid, randomUuid, timeUuid } from './uuid.ts'

const formats = ['uuidv4', 'uuidv1', 'uuidv3', 'uuidv5', 'objectId', 'nanoid'] as const

/** Characters that a URL takes unencoded. There are 64, so that six bits of a byte choose each with the same probability. */
const nanoidAlphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-'

export const generateId = defineNode({
  type: 'generate-id',
  losant: { type: 'GenerateIdNode', translate },
  summary: 'Generates a unique ID.',
  description: `| format | is |
|---|---|
| \`uuidv4\` | a random UUID |
| \`uuidv1\` | a UUID that contains the time |
| \`uuidv3\`, \`uuidv5\` | a UUID that is always the same for a \`namespace\` and a \`value\` |
| \`objectId\` | 24 hexadecimal digits, the first eight of which are the time in seconds |
| \`nanoid\` | \`length\` letters, digits, \`_\` and \`-\` |

If an ID must not be guessed, as in a link that grants access, use \`uuidv4\` or \`nanoid\`.`,
  config: Type.Object({
    format: oneOf(formats, { description: 'The kind of ID.', default: 'uuidv4' }),
    namespace: Type.Optional(
      ValueOf(Type.String({ format: 'uuid' }), {
        description: 'For `uuidv3` and `uuidv5`: the UUID of the namespace.',
      }),
    ),
    value: Type.Optional(
      ValueOf(Type.Union([Type.String(), Type.Number()]), { description: 'For `uuidv3` and `uuidv5`: the name.' }),
    ),
    length: Type.Optional(
      ValueOf(Type.Integer({ minimum: 1, maximum: 256 }), {
        description: 'For `nanoid`: how many characters. Defaults to 21.',
        acceptsDigits: true,
      }),
    ),
    result: PathTo({ description: 'Where the ID goes.' }),
  }),
  outputs: ['next'],
  check,
  writes: ({ result }) => [{ path: String(result), shape: scalar }],
  compile: ({ format = 'uuidv4', namespace, value, length, result }) => {
    return (payload, run) => {
      const parts = {
        namespace: given('namespace', namespace, payload),
        name: given('value', value, payload),
        length: given('length', length, payload),
      }
      result.set(payload, generate(format, parts, run))
      return 'next'
    }
  },
  examples: [
    {
      title: 'The ID of a pot, by the number that is printed on it',
      yaml: `type: generate-id
format: uuidv5
namespace: 6ba7b810-9dad-11d1-80b4-00c04fd430c8
value: << data.serial >>.pots.lom.example
result: data.id`,
      payload: { data: { serial: 'A7' } },
      expect: { output: 'next', payload: { 'data.id': 'f2102f12-cf7b-5c00-bfa3-6bf7910e1e18' } },
    },
    {
      title: 'A short code',
      yaml: `type: generate-id
format: nanoid
length: 8
result: data.code`,
      payload: { data: {} },
      expect: { output: 'next' },
    },
    {
      title: 'A malformed namespace',
      yaml: `type: generate-id
format: uuidv5
namespace: << data.namespace >>
value: fern
result: data.id`,
      payload: { data: { namespace: 'pots' } },
      expect: { error: 'must be a text in the form of a UUID, not "pots"' },
    },
  ],
})

interface NameParts {
  readonly namespace: string | undefined
  readonly name: string | number | undefined
  readonly length: number | undefined
}

function generate(format: (typeof formats)[number], parts: NameParts, { services }: Run): string {
  const { namespace = '', name = '', length = 21 } = parts
  switch (format) {
    case 'uuidv4':
      return randomUuid(services.random.bytes(16))
    case 'uuidv1':
      return timeUuid(services.clock.now(), services.random.bytes(10))
    case 'uuidv3':
      return nameUuid(3, namespace, String(name))
    case 'uuidv5':
      return nameUuid(5, namespace, String(name))
    case 'objectId': {
      const seconds = Buffer.alloc(4)
      seconds.writeUInt32BE(Math.trunc(services.clock.now() / 1000) % 2 ** 32)
      return Buffer.concat([seconds, services.random.bytes(8)]).toString('hex')
    }
    case 'nanoid':
      return Array.from(services.random.bytes(length), (byte) => nanoidAlphabet.charAt(byte & 63)).join('')
  }
}

/** The fields that a format has, besides `result`. */
const fieldsOf = (format: unknown) =>
  format === 'uuidv3' || format === 'uuidv5' ? ['namespace', 'value'] : format === 'nanoid' ? ['length'] : []

function check(node: NodeCheck): void {
  const { config, report } = node
  const { format = 'uuidv4' } = config
  const own = fieldsOf(format)
  const others = ['namespace', 'value', 'length'].filter((field) => !own.includes(field))
  refuseFields(node, others, (field) => `${format} has no ${field}.`)
  for (const field of own) {
    if (config[field] === undefined && field !== 'length') lacking(report, `${format} needs a ${field}.`)
  }
}

function translate(config: RawConfig): RawConfig {
  const { idTypeTemplate = 'uuidv4', destinationPath } = config
  const format = formats.find((name) => name.toLowerCase() === String(idTypeTemplate).trim().toLowerCase())
  if (!format) throw new Error(`A Generate ID node's type cannot be ${JSON.stringify(idTypeTemplate)}.`)
  const given = {
    namespace: config.namespaceTemplate,
    value: config.valueTemplate,
    length: config.numCharactersTemplate,
  }
  const own = Object.entries(given).filter(([field, value]) => fieldsOf(format).includes(field) && value)
  return { format, ...Object.fromEntries(own), result: destinationPath }
}
