import { createRequire } from 'node:module'
import { Ajv } from 'ajv'
import { describe, expect, it } from 'vitest'
import { actionsByCall, describeActions } from '../../../platform/resources/catalogue.ts'

const require = createRequire(import.meta.url)

type Api = (options: object, client: object) => Record<string, (params: object) => void>

/** Method and path of an action, as Losant's own client sends it. */
function losantsRequest(resource: string, action: string): string {
  let sent = 'nothing'
  const client = {
    request: ({ method, url }: { method: string; url: string }) => {
      sent = `${method} ${decodeURIComponent(url)}`
    },
  }
  // The client's files have no types of their own.
  const api = require(`losant-rest/lib/api/${resource}.js`) as Api
  api({}, client)[action]?.(new Proxy({}, { get: (_target, name) => `{${String(name)}}` }))
  return sent
}

/** What Losant does not have. */
const ours = new Set(['devices.sendState'])
/** What newer versions of the client have. */
const newer = /^(deviceAttributes?\.|devices\.(deviceNames|getCompositeState|patch|removeData)$)/

describe('the catalogue', () => {
  it('has what Losant has, under its method and path', () => {
    for (const [call, { resource, name, called: action }] of actionsByCall) {
      if (ours.has(call) || newer.test(call)) continue
      expect(losantsRequest(resource, name), call).toBe(`${action.method} ${action.path}`)
    }
  })

  it('describes each action in schemas that compile, closed', () => {
    const actions = describeActions()
    expect(Object.keys(actions)).toEqual([...actionsByCall.keys()])
    for (const [call, { params, result, summary }] of Object.entries(actions)) {
      const ajv = new Ajv({
        strict: true,
        allowUnionTypes: true,
        strictRequired: false,
        formats: { 'date-time': true, email: true },
      })
      ajv.compile(params)
      ajv.compile(result)
      expect(params.additionalProperties, call).toBe(false)
      expect(summary, call).toMatch(/^[A-Z].*\.$/)
    }
  })

  it('has a parameter for each name in braces, and for the body', () => {
    for (const [call, { called: action }] of actionsByCall) {
      const names = [...action.path.matchAll(/\{(\w+)\}/g)]
        .map(([, name = '']) => name)
        .filter((name) => name !== 'applicationId')
      for (const name of [...names, ...(action.body === undefined ? [] : [action.body])]) {
        expect(action.params.required, `${call} ${name}`).toContain(name)
      }
    }
  })
})
