import { readdir, readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { addEndpoint } from '../../cli/add.ts'
import { temporaryFolder } from '../e2e/flowpot-process.ts'
import { callCommand } from './call-command.ts'

/** Adds to a folder with these files, and tells what it holds afterwards. */
async function add(endpoint: string, files: Readonly<Record<string, string>> = { 'application.yaml': 'name: a\n' }) {
  const folder = await temporaryFolder(files)
  try {
    const end = await callCommand(() => addEndpoint(endpoint, { folder: folder.path }))
    const names = await readdir(folder.path)
    const texts = await Promise.all(names.map((name) => readFile(`${folder.path}/${name}`, 'utf8')))
    return { ...end, left: Object.fromEntries(names.map((name, index) => [name, texts[index]])) }
  } finally {
    await folder.remove()
  }
}

test.each([
  ['get /x', '"get" is not a method.'],
  ['/x', 'The method is missing.'],
  ['', 'The method is missing.'],
  ['GET /a\nPOST /b', 'contains a character that a route cannot have.'],
  ['GET', 'The route is missing.'],
  ['GET x', 'A route begins with a slash.'],
  ['HEAD /x', 'An endpoint cannot have the method HEAD.'],
  ['GET /a/{id}x', '"{id}x" has a parameter in a part of a segment.'],
  ['GET /{id}/{id}', 'The parameter id is in the route twice.'],
  ['GET /:id', '":id" is not how a parameter is written.'],
  ['GET /a//b', 'A segment of the route is empty.'],
  ['GET /a/../b', 'No client sends a path with the segment "..".'],
  ['GET /a?b=c', 'A route has no query string.'],
  ['GET /<<data.x>>', 'A route cannot contain a template.'],
  ['GET /{__proto__}', '"__proto__" cannot name a parameter.'],
  ['GET /a\0b', '"a\\u0000b" contains a character that a route cannot have.'],
  ['GET /a\u202eb', 'contains a character that a route cannot have.'],
  ['GET /a\\..\\b', 'contains a character that a route cannot have.'],
])('refuses %j in the words of the check: nothing is made', async (endpoint, message) => {
  const { code, errors, left } = await add(endpoint)
  expect([code, errors]).toEqual(['CLI_CALL_WRONG', expect.stringContaining(message)])
  expect(Object.keys(left)).toEqual(['application.yaml'])
})

test('refuses a route that is too long for a flow', async () => {
  const { code, errors, left } = await add(`GET /${'a'.repeat(10_000)}`)
  expect([code, errors]).toEqual(['CLI_ENDPOINT_REFUSED', expect.stringMatching(/^name must be a text/)])
  expect(Object.keys(left)).toEqual(['application.yaml'])
})

test.each(['get-x.yaml', 'get-x.yml', 'get-x.test.yaml'])('leaves %s as it is, and makes nothing', async (name) => {
  const files = { [name]: 'name: Mine\non:\n  endpoint: GET /mine\nnodes:\n  - type: reply\n' }
  const { code, errors, left } = await add('GET /x', files)
  expect([code, errors]).toEqual([
    name.endsWith('.yml') ? 'CLI_ENDPOINT_REFUSED' : 'CLI_ALREADY_THERE',
    expect.stringMatching(name.endsWith('.yml') ? /only differ in their extension/ : /is there already/),
  ])
  expect(left).toEqual(files)
})
