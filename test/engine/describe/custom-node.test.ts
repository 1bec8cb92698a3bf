/** What editors and clients are told of custom nodes. */
import { Ajv } from 'ajv'
import { default as addFormats } from 'ajv-formats'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { editorSchema } from '../../../engine/describe/editor-schema.ts'
import { readCustomNodes, typesByName } from '../../../engine/flow/read-custom-nodes.ts'
import { sharedSchemaChecker } from '../../../engine/json-schema/schema-problems.ts'
import { hasErrors } from '../../../engine/source/problem.ts'
import { parseYaml } from '../../../engine/source/yaml-document.ts'
import { nodeTypes, triggerTypes } from '../../../nodes/index.ts'
import { describeActions } from '../../../platform/resources/catalogue.ts'
import { loadSources } from '../../../server/compose/load-folder.ts'
import { openApiOf } from '../../../server/compose/openapi.ts'

const verify = `name: Verify
description: Whether a user has a role.
on:
  custom-node: "CPF: Verify/Role"
  inputs:
    user: { required: true }
    times: { type: integer }
  outputs: [then, else, broken]
nodes:
  - { type: return, output: then }
`

function validator(folder: readonly string[] | undefined) {
  const documents = folder?.map((text, index) => parseYaml({ file: `${index}.yaml`, text })) ?? []
  const { known } = readCustomNodes(documents, triggerTypes, sharedSchemaChecker())
  const type = typesByName(nodeTypes, { known }).get('custom-node')
  const customNodes = [...known.keys()].flatMap((name) => type?.roles?.customNode?.resolve?.({ node: name }) ?? [])
  const ajv = new Ajv({ strict: false })
  addFormats.default(ajv)
  const options = { nodeTypes, triggerTypes, actions: describeActions() }
  return ajv.compile(editorSchema(folder ? { ...options, customNodes } : options))
}

const flow = (fields: string): unknown =>
  parse(`name: A\non: { button: a }\nnodes:\n  - type: custom-node\n${fields.replace(/^/gm, '    ')}\n`)

const right = [
  'node: "CPF: Verify/Role"\nwith: { user: << data.user >> }',
  'node: "CPF: Verify/Role"\nwith: { user: {}, times: 3 }\nresult: data.x\nelse: end\non: { broken: [ { type: debug } ] }',
  'node: "CPF: Verify/Role"\nwith: { user: {}, times: "<< data.n >>" }',
]
const wrong = [
  'node: elsewhere',
  'node: "CPF: Verify/Role"',
  'node: "CPF: Verify/Role"\nwith: {}',
  'node: "CPF: Verify/Role"\nwith: { user: 1, role: x }',
  'node: "CPF: Verify/Role"\nwith: { user: 1, times: often }',
  'node: "CPF: Verify/Role"\nwith: { user: 1 }\nnext: end',
  'node: "CPF: Verify/Role"\nwith: { user: 1 }\non: { brokn: end }',
]

describe('the schema for editors', () => {
  it('of an application knows its custom nodes: names, inputs, ways out', () => {
    const validate = validator([verify])
    expect(right.filter((fields) => !validate(flow(fields)))).toEqual([])
    expect(wrong.filter((fields) => validate(flow(fields)))).toEqual([])
  })

  it('of no application takes whatever a custom node could be', () => {
    const validate = validator(undefined)
    expect([...right, ...wrong].filter((fields) => !validate(flow(fields)))).toEqual([])
    expect(validate(flow('node: 1'))).toBe(false)
    expect(validate(flow('node: a\non: end'))).toBe(false)
  })

  it('refuses what the engine refuses, and takes what it takes', () => {
    const loads = (fields: string) => {
      const text = `name: A\non: { button: a }\nnodes:\n  - type: custom-node\n${fields.replace(/^/gm, '    ')}\n  - { type: debug }\n`
      const { problems } = loadSources([
        { file: 'a.yaml', text },
        { file: 'verify.yaml', text: verify },
      ])
      return !hasErrors(problems)
    }
    expect(right.map(loads)).toEqual([true, true, true])
    expect(wrong.some(loads)).toBe(false)
  })
})

it("an endpoint's replies after a custom node are told to clients, by whatever way they are come to", () => {
  const page = `name: Page
on: { endpoint: GET /page }
nodes:
  - type: custom-node
    node: "CPF: Verify/Role"
    with: { user: << data.query.user >> }
    on: { broken: [ { type: reply, status: 503 } ] }
  - { type: custom-node, node: outer }
  - { type: reply, status: 202 }
`
  const custom = (name: string, node: string) =>
    `name: ${name}\non: { custom-node: ${name} }\nnodes:\n  - ${node}\n  - { type: return }\n`
  const { application, sources } = loadSources([
    { file: 'outer.yaml', text: custom('outer', '{ type: custom-node, node: sign-in }') },
    { file: 'page.yaml', text: page },
    { file: 'sign-in.yaml', text: custom('sign-in', '{ type: authenticate, email: a@b.example, password: x }') },
    { file: 'verify.yaml', text: verify },
  ])
  if (!application) throw new Error('It does not load.')
  const { paths } = JSON.parse(JSON.stringify(openApiOf(application, sources)))
  expect(Object.keys(paths['/page'].get.responses)).toEqual(expect.arrayContaining(['202', '429', '503']))
})
