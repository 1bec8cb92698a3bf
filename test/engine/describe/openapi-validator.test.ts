/** That whatever an application is made of, its document is OpenAPI 3.1 to somebody else's validator. */
import { Validator } from '@seriousme/openapi-schema-validator'
import { expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { nodeTypes, triggerTypes } from '../../../nodes/index.ts'
import { loadFolder, loadSources } from '../../../server/compose/load-folder.ts'
import { openApiOf } from '../../../server/compose/openapi.ts'

async function problemsOf(document: unknown): Promise<unknown> {
  const validator = new Validator()
  const { valid, errors } = await validator.validate(JSON.parse(JSON.stringify(document)))
  // Throws where a reference leads nowhere.
  if (valid) validator.resolveRefs()
  return errors
}

test('the sample application’s is valid', async () => {
  const { application, sources } = await loadFolder('flows')
  if (!application) throw new Error('The sample application has problems.')
  const document = openApiOf(application, sources, 'http://127.0.0.1:8080')
  expect(Object.keys(document.paths).length).toBeGreaterThan(5)
  expect(await problemsOf(document)).toBeUndefined()
})

test('those of every node and endpoint that the reference shows are valid', async () => {
  const reply = { type: 'reply', id: 'done', body: { body: '<< data.body >>' } }
  const nodes = nodeTypes.flatMap(({ type, examples }) =>
    examples.map(({ yaml }) => ({
      type,
      // What an example finds on its payload, a request brings.
      node: parse(yaml.replaceAll(/\bdata\.(?!body|params|query|headers|cookies)/g, 'data.body.')),
    })),
  )
  const triggers = triggerTypes.filter(({ key }) => key === 'endpoint').flatMap(({ examples }) => examples)
  const flows = [
    ...nodes.map(({ type, node }, index) => ({
      name: `Flow ${index}`,
      on: { endpoint: `POST /${type}/${index}/{id}/{rest*}` },
      nodes: [node, reply],
    })),
    ...triggers.map(({ yaml }, index) => ({ name: `Endpoint ${index}`, on: parse(yaml), nodes: [reply] })),
  ]
  const sources = flows.map((flow, index) => ({ file: `flow-${index}.yaml`, text: stringify(flow) }))
  // Without the examples that are not whole without what stands around them.
  const whole = sources.filter((source) => loadSources([source]).application)
  expect(whole.length).toBeGreaterThan(flows.length / 2)
  const { application } = loadSources(whole)
  if (!application) throw new Error('The examples have problems together.')
  const document = openApiOf(application, whole)
  expect(Object.keys(document.paths).length).toBeGreaterThanOrEqual(whole.length)
  expect(await problemsOf(document)).toBeUndefined()
})

test('one that is hard on names and schemas is valid', async () => {
  const text = `name: "Töpfe \\" \\\\ </script>"
on:
  - { endpoint: "POST /töpfe/{id?}", access: { groups: [ "a b", ü ] } }
  - { endpoint: "PUT /töpfe/{other}", access: device }
  - { endpoint: "GET /{all*}" }
  - { endpoint: "GET /{one}" }
nodes:
  - type: validate-payload
    source: data.body
    schema:
      $ref: "#/definitions/a~1b"
      definitions: { "a/b": { not: { $ref: "#/definitions/é%20" } }, "é ": true }
  - type: reply
    body:
      "a/b~c": << data.query.[a b] >>
      x: [ [ ], [ [ '<< data.body.["] >>' ] ] ]
`
  const application = 'name: x\nseeds: { groups: [ { name: a b }, { name: ü } ] }'
  const loaded = loadSources([
    { file: 'application.yaml', text: application },
    { file: 'a.yaml', text },
  ])
  if (!loaded.application) throw new Error(JSON.stringify(loaded.problems))
  expect(await problemsOf(openApiOf(loaded.application, loaded.sources))).toBeUndefined()
})
