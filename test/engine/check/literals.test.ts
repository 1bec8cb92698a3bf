import { describe, expect, it } from 'vitest'
import { endpointFlow, placesOf, problemsOf } from './problems-of.ts'

const replying = (body: string) => endpointFlow(`- type: reply\n  body: ${body}`)
const key = 'a1b2'.repeat(8)

describe('a text', () => {
  it.each([
    [`'Hello \${data.body.name}'`, '<< data.body.name >>', 'LOOKS_LIKE_TEMPLATE'],
    [`'\${ data.body.name }'`, '<< data.body.name >>', 'LOOKS_LIKE_TEMPLATE'],
    ["'Hello {data.body.name}!'", '<< data.body.name >>', 'LOOKS_LIKE_TEMPLATE'],
    ['data.body.name', '<< data.body.name >>', 'LOOKS_LIKE_TEMPLATE'],
    ['{ list: [ data.params.id ] }', '<< data.params.id >>', 'LOOKS_LIKE_TEMPLATE'],
    [`'Bearer ${key}'`, 'secrets', 'SECRET_IN_FLOW'],
    [`'Basic YWRhOnN3b3JkZmlzaA=='`, 'secrets', 'SECRET_IN_FLOW'],
    [`sk_live_${key}`, 'secrets', 'SECRET_IN_FLOW'],
    ['https://ada:swordfish@api.example/v1', 'secrets', 'SECRET_IN_FLOW'],
    ["'-----BEGIN PRIVATE KEY-----'", 'secrets', 'SECRET_IN_FLOW'],
    ['\'<< formatDate time "HH:mm" tz="Europe/Berln" >>\'', 'Europe/Berlin', 'DATE_FORMAT'],
    ['\'<< formatDate time "%Y-%m-%d" >>\'', 'YYYY', 'DATE_FORMAT'],
  ])('is named: %s', (body, hint, code) => {
    const [problem, ...others] = problemsOf(replying(body))
    expect(problem).toMatchObject({
      code: `FLOW_${code}`,
      severity: 'warning',
      line: 5,
      hint: expect.stringContaining(hint),
    })
    expect(others).toEqual([])
  })

  it.each([
    '<< data.body.name >>',
    "'{{ data.body.name }}'",
    'data.lom.example',
    'data.nothing',
    'data',
    'working',
    "'{ name }'",
    `'costs \${ 5 }'`,
    '"<script>show(`$' + '{data.name}`)</script>"',
    "'Bearer << data.body.token >>'",
    "'Bearer token required, please'",
    'https://<< globals.user >>:<< globals.pass >>@api.example',
    'https://api.example:8443/a@b',
    '\'<< formatDate time "HH:mm" tz="Europe/Berlin" >>\'',
    '\'<< formatDate time "HH:mm" tz=data.body.zone >>\'',
    '\'<< formatDate time "HH:mm [100%]" >>\'',
  ])('is sound: %s', (body) => {
    const application = 'name: A\nglobals: { user: a, pass: b }'
    expect(placesOf(replying(body), application)).toEqual([])
  })
})

describe('a reply', () => {
  it.each([
    ['{ type: reply, status: 204, body: done }', 'UNKNOWN_FIELD'],
    ['{ type: reply, status: 302 }', 'MISSING_FIELD'],
    ['{ type: reply, status: 303, headers: { x-a: b } }', 'MISSING_FIELD'],
  ])('is named: %s', (node, code) => {
    expect(problemsOf(endpointFlow(`- ${node}`))).toMatchObject([
      { code: `FLOW_${code}`, severity: 'warning', line: 4 },
    ])
  })

  it.each([
    '{ type: reply, status: 204 }',
    '{ type: reply, status: 302, redirect: /a }',
    '{ type: reply, redirect: /a }',
    '{ type: reply, status: 301, headers: { Location: /a } }',
    '{ type: reply, status: 304 }',
  ])('is sound: %s', (node) => {
    expect(placesOf(endpointFlow(`- ${node}`))).toEqual([])
  })
})
