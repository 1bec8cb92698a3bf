import { expect, it } from 'vitest'
import { problemsOf } from './problems-of.ts'

const application = 'name: A\nconnections: { readings: { env: READINGS_URL } }'

function found(query: string, params: string) {
  const flow = `name: F\non: { button: go }\nnodes:\n- type: sql\n  connection: readings\n  query: ${query}\n${params}  result: working.rows\n`
  return problemsOf(flow, application).filter(({ code }) => !code.endsWith('_NOT_SET'))
}

it.each([
  ['select 1 where a = $1', ''],
  ['select 1 where a = $1 and b = $2', '  params: [ 1 ]\n'],
  ["select '$5' where a = $3", '  params: [ 1, 2 ]\n'],
])('names a placeholder without its value: %s', (query, params) => {
  const [problem, ...others] = found(query, params)
  expect(problem).toMatchObject({ code: 'FLOW_MISSING_FIELD', severity: 'warning', line: 6 })
  expect(problem?.column).toBe(10 + query.lastIndexOf('$'))
  expect(others).toEqual([])
})

it.each([
  ['select 1 where a = $1 and b = $1', '  params: [ 1 ]\n'],
  ['select \'$1\', "$2", $$ $3 $$', ''],
  ['select 1 where a = ?', '  params: [ 1 ]\n'],
  ['select a$1 from b', ''],
])('keeps quiet about %s', (query, params) => {
  expect(found(query, params)).toEqual([])
})
