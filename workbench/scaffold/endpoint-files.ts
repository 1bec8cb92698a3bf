/** The files of a new endpoint: a flow that answers, and its test. */
import { join } from 'node:path'
import { type Endpoint, routeParams } from '../../engine/route.ts'
import type { SourceFile } from '../../engine/source/position.ts'
import { yamlText } from './yaml-text.ts'

export interface EndpointFiles {
  readonly flow: SourceFile
  readonly test: SourceFile
}

export function endpointFiles(endpoint: Endpoint, folder: string): EndpointFiles {
  const path = join(folder, fileNameOf(endpoint))
  return {
    flow: { file: `${path}.yaml`, text: flowOf(endpoint) },
    test: { file: `${path}.test.yaml`, text: testOf(endpoint) },
  }
}

/** A path that the route answers, as a client sends it. */
export function samplePath({ segments }: Endpoint): string {
  return `/${segments.map(({ kind, text }) => (kind === 'literal' ? encodeURI(text) : sampleParameter)).join('/')}`
}

const sampleParameter = 'sample'

/** `get-devices-id-data` of `GET /devices/{id}/data`. */
function fileNameOf({ method, segments }: Endpoint): string {
  const words = segments.flatMap(({ text }) => text.split(/[^\p{L}\p{M}\p{N}]+/u)).filter((word) => word !== '')
  const name = words.length > 0 ? words.join('-') : 'root'
  // A file system takes 255 bytes.
  return `${method}-${[...name].slice(0, 50).join('')}`.toLowerCase()
}

function flowOf(endpoint: Endpoint): string {
  const written = yamlText(`${endpoint.method} ${endpoint.route}`)
  return `name: ${written}

on:
  endpoint: ${written}
  access: public

nodes:
  - id: answer
    type: reply
    status: 200
    body:
${bodyOf(endpoint, (name) => `<< data.params.${segmentOf(name)} >>`)}
`
}

/** Words of the template language are only names if they are in brackets. */
function segmentOf(param: string): string {
  return /^(this|true|false|null|undefined)$/.test(param) ? `[${param}]` : param
}

function testOf(endpoint: Endpoint): string {
  return `- name: answers
  request:
    method: ${endpoint.method}
    path: ${yamlText(samplePath(endpoint))}
  expect:
    status: 200
    body:
${bodyOf(endpoint, () => sampleParameter)}
    visits: [ answer ]
`
}

function bodyOf(endpoint: Endpoint, render: (param: string) => string): string {
  const fields = routeParams(endpoint.segments).map((name) => `${yamlText(name)}: ${render(name)}`)
  return (fields.length > 0 ? fields : ['message: It works.']).map((field) => `      ${field}`).join('\n')
}
