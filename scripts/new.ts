/**
 * `npm run new node logic/reverse` and `npm run new trigger doorbell`: begins a type, adds it to nodes/index.ts and writes its page. What is made
 * loads and passes the tests of its examples; CONTRIBUTING.md says what comes next.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../', import.meta.url))
const index = `${root}nodes/index.ts`
const categories = ['logic', 'data', 'experience', 'output']
const usage = `npm run new node CATEGORY/NAME      CATEGORY is one of: ${categories.join(', ')}
npm run new trigger NAME            NAME is in kebab-case: base64-encode`

const [kind, path = ''] = process.argv.slice(2)
const [, category = '', name = ''] = /^(?:(\w+)\/)?([a-z][a-z0-9]*(?:-[a-z0-9]+)*)$/.exec(path) ?? []
const isNode = kind === 'node' && categories.includes(category)
const isTrigger = kind === 'trigger' && category === ''

if (name === '' || !(isNode || isTrigger)) fail(usage)
const folder = isNode ? category : 'triggers'
const file = `nodes/${folder}/${name}.ts`
const camelName = name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())
const constant = isNode ? camelName : `${camelName}Trigger`

const indexText = readFileSync(index, 'utf8')
if (existsSync(`${root}${file}`) || existsSync(`${root}nodes/${folder}/${name}`)) fail(`${file} is there already.`)
if (new RegExp(`\\b${constant}\\b`).test(indexText)) fail(`nodes/index.ts has a ${constant} already.`)

writeFileSync(`${root}${file}`, isNode ? nodeText() : triggerText())
writeFileSync(index, withEntry(indexText))
run('npx', ['biome', 'check', '--write', '--log-level=error', index, `${root}${file}`])
if (isNode) run('npm', ['run', '--silent', 'docs'])
console.log(
  `Made ${file} and added ${constant} to nodes/index.ts.${isNode ? ` Its page is docs/reference/nodes/${name}.md.` : ''}`,
)
if (isTrigger)
  console.log('`npx tsc` names what is missing: what the trigger compiles to, in TriggerSpecs of engine/trigger.ts.')

function nodeText(): string {
  return `import { Type } from 'typebox'
import { scalar } from '../../engine/json-schema/shape.ts'
import { defineNode } from '../../engine/node.ts'
import { PathTo, Template } from '../../engine/schema.ts'

export const ${constant} = defineNode({
  type: '${name}',
  summary: 'Puts a text on the payload.',
  config: Type.Object({
    source: Template({ description: 'The text.' }),
    result: PathTo({ description: 'Where the text goes.' }),
  }),
  outputs: ['next'],
  writes: ({ result }) => [{ path: String(result), shape: scalar }],
  compile: ({ source, result }) => {
    return (payload) => {
      result.set(payload, source(payload))
      return 'next'
    }
  },
  examples: [
    {
      title: 'A text from the payload',
      yaml: \`type: ${name}
source: Hello, << data.name >>
result: data.greeting\`,
      payload: { data: { name: 'Fern' } },
      expect: { output: 'next', payload: { 'data.greeting': 'Hello, Fern' } },
    },
    {
      title: 'What is missing gives nothing',
      yaml: \`type: ${name}
source: Hello, << data.name >>
result: data.greeting\`,
      payload: { data: {} },
      expect: { output: 'next', payload: { 'data.greeting': 'Hello, ' } },
    },
  ],
})
`
}

function triggerText(): string {
  return `import { Type } from 'typebox'
import { objectShape } from '../../engine/json-schema/shape.ts'
import { defineTrigger } from '../../engine/trigger.ts'

export const ${constant} = defineTrigger({
  key: '${name}',
  summary: 'Something happens.',
  config: Type.Object({
    '${name}': Type.String({ minLength: 1, maxLength: 255, description: 'What it is about.' }),
  }),
  isQueued: true,
  shape: () => ({ data: objectShape({}) }),
  compile: ({ '${name}': name }) => ({ name }),
  examples: [{ title: 'One of them', yaml: '${name}: front' }],
})
`
}

function withEntry(text: string): string {
  const list = isNode ? 'nodeTypes: readonly NodeType[] = [' : 'triggerTypes: readonly TriggerType[] = ['
  const start = text.indexOf(list)
  const end = text.indexOf('\n]', start)
  if (start === -1 || end === -1) fail(`nodes/index.ts has no "${list}".`)
  const statement = `import { ${constant} } from './${folder}/${name}.ts'\n`
  const at = text.indexOf('\nexport ')
  // Biome puts the import where it belongs.
  return `${text.slice(0, at)}${statement}${text.slice(at, end)}\n  ${constant},${text.slice(end)}`
}

function run(program: string, args: readonly string[]): void {
  const { status } = spawnSync(program, args, { cwd: root, stdio: 'inherit' })
  if (status !== 0) fail(`${program} ${args.join(' ')} failed.`)
}

function fail(message: string): never {
  console.error(message)
  process.exit(1)
}
