import { describe, expect, it } from 'vitest'
import { type FlowOutline, outlineFlow } from '../../../engine/describe/outline.ts'
import { createSchemaChecker } from '../../../engine/json-schema/schema-problems.ts'
import { nodeTypes, triggerTypes } from '../../../nodes/index.ts'
import { describeChanges } from '../../../workbench/compare/describe-changes.ts'
import { changesOf } from '../../../workbench/compare/flow-changes.ts'
import { drawMermaid } from '../../../workbench/outline/mermaid.ts'
import { drawText } from '../../../workbench/outline/text.ts'

const types = new Map(nodeTypes.map((type) => [type.type, type]))
const checker = createSchemaChecker()

function outline(text: string): FlowOutline {
  const { outline, problems } = outlineFlow(
    { file: 'flow.yaml', text },
    { nodeTypes: types, triggerTypes, checker, groups: undefined },
  )
  if (!outline) throw new Error(JSON.stringify(problems, null, 2))
  return outline
}

describe('a flow that uses a custom node', () => {
  const using = `name: Using
on: { button: go }
nodes:
  - id: look
    type: custom-node
    node: look-up
    on:
      missing: end
      broken: [ { id: say, type: debug, next: below } ]
    then: below
  - { id: below, type: debug }
`

  it('is drawn with the ways out that it wires, also where the custom node is not known', () => {
    expect(drawText(outline(using)).split('\n')).toEqual([
      '▶ button: go',
      '● look  custom-node look-up',
      '├─ missing: end',
      '├─ broken:',
      '│    ● say  debug',
      '│    ↘ below',
      '■ below  debug',
    ])
    expect(drawMermaid(outline(using))).toContain('n0 -->|"broken"|')
  })

  it('has changed where it leads elsewhere or is handed something else', () => {
    const changed = using
      .replace('missing: end', 'missing: below')
      .replace('node: look-up', 'node: look-up\n    with: { a: 1 }')
    const text = describeChanges(changesOf(outline(using), outline(changed)))
    expect(text).toContain('missing leads to below, and led to end')
    expect(text).toContain('with')
  })
})

const flow = `name: Order
description: Takes orders.
on:
  - endpoint: POST /orders
  - { timer: { seconds: 60 }, then: sweep }
nodes:
  - type: conditional
    if: << data.body.pot >>
    else:
      - { type: reply, status: 400 }
  - id: kind
    type: switch
    value: << data.body.kind >>
    cases:
      - { is: clay, then: [ { id: clay, type: debug, message: "<clay> & \\"more\\"" } ] }
      - { is: steel, then: refused }
    default: []
  - id: each
    type: loop
    over: << data.body.pots >>
    do:
      - { id: one, type: conditional, if: "<< working.pot >>", else: break }
      - { id: order, type: api, call: devices.post, with: { device: { name: "<< working.pot >>" } } }
  - { type: reply, status: 201 }
  - { id: refused, type: reply, status: 409 }
  - { id: sweep, type: debug, message: sweep }
`

describe('a drawing for the terminal', () => {
  it('goes down the way on which nothing is amiss, side ways beside it', () => {
    expect(drawText(outline(flow)).split('\n')).toEqual([
      '▶ POST /orders',
      '● conditional << data.body.pot >>',
      '├─ else:',
      '│    ■ reply 400',
      '● kind  switch',
      '├─ cases[0]:',
      '│    ● clay  debug <clay> & "more"',
      '│    ↘ each',
      '├─ cases[1]:',
      '│    ■ refused  reply 409',
      expect.stringMatching(/^● each {2}loop/),
      '├─ do (each):',
      '│    ● one  conditional << working.pot >>',
      '│    ├─ else: break',
      '│    ■ order  api devices.post',
      '■ reply 201',
      '',
      '▶ timer: 60 s',
      '■ sweep  debug sweep',
    ])
  })
})

describe('a Mermaid flowchart', () => {
  it('has an arrow for every way, and nothing in a label that Mermaid would read', () => {
    const lines = drawMermaid(outline(flow)).split('\n')
    expect(lines[0]).toBe('flowchart TD')
    expect(lines).toContain('  t0(["POST /orders"])')
    expect(lines.filter((line) => line.includes('-.->'))).toHaveLength(1)
    expect(lines.join('\n')).toContain('#lt;clay#gt; #amp; #quot;more#quot;')
    for (const line of lines.slice(1)) {
      expect(line).toMatch(/^ {2}(\w+(\(\[|\[|\{)".*"(\]\)|\]|\})|\w+ (-->|-\.->)(\|".*"\|)? \w+(\(\( \)\))?)$/)
    }
  })
})

describe('what changed in a flow', () => {
  const changed = (edit: (text: string) => string) => describeChanges(changesOf(outline(flow), outline(edit(flow))))

  it('is nothing where the text changed alone', () => {
    const other = flow
      .replace('# ', '')
      .replace('- { type: reply, status: 201 }', '# Done.\n  - type: reply\n    status: 201')
    expect(changesOf(outline(flow), outline(other))).toEqual([])
  })

  it('is a node that was moved round nothing else, by its wires alone', () => {
    const moved = changed((text) =>
      text
        .replace('  - { id: sweep, type: debug, message: sweep }\n', '')
        .replace(
          '  - { id: refused, type: reply, status: 409 }\n',
          '  - { id: refused, type: reply, status: 409 }\n  - { id: sweep, type: debug, message: sweep }\n',
        ),
    )
    expect(moved).toBe('')
  })

  it.each<[string, (text: string) => string, string[]]>([
    [
      'a value',
      (text) => text.replace('status: 409', 'status: 410'),
      ['~ refused  reply, line 25', '    status: 409 → 410'],
    ],
    [
      'a wire',
      (text) => text.replace('else: break', 'else: end'),
      ['~ one  conditional, line 22', '    else leads to end, and led to break'],
    ],
    ['an ID', (text) => text.replaceAll('refused', 'taken'), ['~ taken  reply, line 25, was refused']],
    [
      'a node that is new',
      (text) =>
        text.replace(
          '  - { type: reply, status: 201 }',
          '  - { id: log, type: debug, message: x }\n  - { type: reply, status: 201 }',
        ),
      ['+ log  debug, line 24', '~ each  loop, line 18', expect.stringMatching(/leads to log, and led to nodes\[/)],
    ],
    [
      'a trigger and the flow',
      (text) =>
        text
          .replace('Takes orders.', 'Orders.')
          .replace('seconds: 60', 'seconds: 30')
          .replace('POST /orders', 'PUT /orders'),
      [
        '~ the flow',
        "    description: 'Takes orders.' → 'Orders.'",
        '~ trigger endpoint: PUT /orders  line 4',
        "    endpoint: 'POST /orders' → 'PUT /orders'",
        '~ trigger timer: 30 s  line 5',
        '    timer.seconds: 60 → 30',
      ],
    ],
  ])('is %s', (_title, edit, expected) => {
    expect(changed(edit).split('\n')).toEqual(expected)
  })
})
