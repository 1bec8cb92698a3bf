import { describe, expect, test } from 'vitest'
import { htmlParser } from '../../../nodes/logic/html-parser/html-parser.ts'
import { cpuMsOf } from '../../cpu-time.ts'
import { problemsOf, runNode } from '../run-node.ts'

const yamlOf = (fields = '') => `type: html-parser\nsource: << data.v >>\nresult: data.r\n${fields}`.trimEnd()

async function run(v: unknown, fields = '', more: object = {}) {
  const { payload, output, error } = await runNode({ yaml: yamlOf(fields), payload: { data: { v, ...more } } })
  return { output, error: error === undefined ? undefined : String(error), r: (payload.data as { r?: unknown }).r }
}

const list = `<ul>
  <li id="first" class="edge"><b>Item</b> number <a href="/one">One</a></li>
  <li id="second"><b>Item</b> number <a href="/two">Two</a></li>
  <li id="third" class="edge"><b>Item</b> number <a href="/three">Three</a></li>
</ul>`

const item = (id: string, word: string) => ({
  type: 'element',
  name: 'li',
  attributes: { id, class: 'edge' },
  children: [
    { type: 'element', name: 'b', children: [{ type: 'text', value: 'Item' }] },
    { type: 'text', value: ' number ' },
    { type: 'element', name: 'a', attributes: { href: `/${id}` }, children: [{ type: 'text', value: word }] },
  ],
})

describe('html-parser', () => {
  test.each<[string, string, string, unknown]>([
    ['selects text', 'selector: .edge', list, ['Item number One', 'Item number Three']],
    [
      'selects XML',
      'selector: .edge\nformat: xml',
      list,
      [
        '<li id="first" class="edge"><b>Item</b> number <a href="/one">One</a></li>',
        '<li id="third" class="edge"><b>Item</b> number <a href="/three">Three</a></li>',
      ],
    ],
    [
      'selects JSON, in which white space between elements is left out',
      'selector: ul\nformat: json',
      '<ul>\n <li id="one" class="edge"><b>Item</b> number <a href="/one">1</a></li>\n</ul>',
      [{ children: [{ type: 'element', name: 'ul', children: [item('one', '1')] }] }],
    ],
    ['gives the whole where nothing is to be selected', '', '<p>a</p> <p>b</p>', ['a b']],
    ['mends HTML', 'selector: p', '<P>one<p>two<BR>three', ['one', 'twothree']],
    ['takes names of HTML in any case', 'selector: DIV.x', '<Div CLASS=x>a</dIV>', ['a']],
    ['leaves out what nobody sees', '', '<style>a{}</style><!-- b --><script>c</script><p>d</p>', ['d']],
    ['reads entities', '', '<p>&lt;a&gt; &auml; &#x1FAB4;</p>', ['<a> ä 🪴']],
    ['tells upper from lower case in XML', 'selector: A', '<r><A>1</A><a>2</a></r>', ['1']],
    ['knows no empty elements in XML', 'selector: link', '<rss><link>here</link><br>x</br></rss>', ['here']],
    ['reads XHTML as XML', 'selector: p', '<?xml version="1.0"?><html><p>a</p></html>', ['a']],
    ['looks past comments and white space', 'selector: B', '\uFEFF <!-- a --> <!-- > --><R><B>1</B></R>', ['1']],
    [
      'selects by an attribute with colons',
      'selector: \'A[Name="http://x.example/a:b"]\'',
      '<R><A Name="http://x.example/a:b">1</A></R>',
      ['1'],
    ],
    ['takes no text for a document', 'selector: p', 'just text', []],
    ['is not confused by what is no tag', '', 'a < b & c > d', ['a < b & c > d']],
    ['reads nothing', '', '', ['']],
    ['takes a selector that is none for one that selects nothing', 'selector: "p[["', '<p>a</p>', []],
    ['takes markup for no selector', 'selector: <p>made</p>', '<p>a</p>', []],
    ['takes an unknown pseudo-class for none', 'selector: p:no-such-thing', '<p>a</p>', []],
  ])('%s', async (_what, fields, v, expected) => {
    expect(await run(v, fields)).toEqual({ output: 'then', error: undefined, r: expected })
  })

  test('gives a document as JSON, of which toHtml makes it again', async () => {
    const v =
      '<?xml version="1.0" encoding=\'UTF-8\'?><!DOCTYPE r><?go there?><r a="1 &amp; 2"><!-- c --><![CDATA[<x>]]><e/></r>'
    const { payload } = await runNode({
      yaml: `${yamlOf('format: json')}\nthen: [ { type: mutate, rules: [ { set: data.again, to: << toHtml data.r.0 >> } ] } ]`,
      payload: { data: { v } },
    })
    expect(payload.data).toEqual({
      v,
      r: [
        {
          declaration: { attributes: { version: '1.0', encoding: 'UTF-8' } },
          children: [
            { type: 'doctype', doctype: 'r' },
            { type: 'instruction', name: 'go', instruction: 'there' },
            {
              type: 'element',
              name: 'r',
              attributes: { a: '1 & 2' },
              children: [
                { type: 'comment', value: ' c ' },
                { type: 'cdata', value: '<x>' },
                { type: 'element', name: 'e', children: [] },
              ],
            },
          ],
        },
      ],
      again:
        '<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE r><?go there?><r a="1 &amp; 2"><!-- c -->&lt;x&gt;<e></e></r>',
    })
  })

  test('reads selector and format from the payload', async () => {
    const fields = 'selector: li#<< data.id >> a\nformat: << data.format >>'
    expect((await run(list, fields, { id: 'second', format: 'xml' })).r).toEqual(['<a href="/two">Two</a>'])
    expect((await run(list, fields, { id: 'second', format: 'yaml' })).error).toContain('does not fit')
  })

  test('names attributes as they come, and touches no prototype', async () => {
    const { r } = await run('<r __proto__="1" constructor="2"/>', 'selector: r\nformat: json')
    expect(r).toHaveLength(1)
    expect(({} as { 1?: unknown })[1]).toBeUndefined()
  })
})

const tags = (count: number, tag: string) => tag.repeat(count)

describe('a hostile document', () => {
  test.each<[string, unknown, string, string]>([
    ['that is none', { a: 1 }, '', 'source must be a text, not a map.'],
    ['that is missing', undefined, '', 'source is missing.'],
    ['nested deep', tags(1_000_000, '<a>'), '', 'nested deeper than 200'],
    ['nested deep by end tags that end nothing', tags(300_000, '<div></p>'), '', 'nested deeper than 200'],
    ['nested deep by elements that end of themselves', tags(300_000, '<li><p>'), '', 'nested deeper than 200'],
    ['of very many elements', tags(1_000_000, '<b/>'), '', 'more than 100000 elements'],
    ['with many elements in one row', `<r>${tags(20_000, '<b/>')}</r>`, 'selector: a ~ b', 'could take too long'],
    ['with many elements at its root', tags(20_000, '<b/>'), 'selector: p b', 'could take too long'],
    [
      'that is searched for each of its elements',
      `<r>${tags(3000, '<b/>')}</r>`,
      'selector: ":has(:has(q))"',
      'too long',
    ],
    [
      'with everything selected, time and again',
      `${tags(190, '<a>')}${'x'.repeat(100_000)}`,
      'selector: "*"',
      'have more than',
    ],
    ['with a selector without an end', '<p>a</p>', `selector: ${'p '.repeat(600)}p`, 'more than 1000 characters'],
  ])('%s takes else soon, and without an else fails the run', async (_what, v, fields, message) => {
    const cpuMs = await cpuMsOf(async () => {
      const { output, r } = await run(v, `${fields}\nelse: end`)
      expect(output).toBe('else')
      expect(r).toEqual({ error: { message: expect.stringContaining(message) } })
      expect((await run(v, fields)).error).toContain(message)
    })
    expect(cpuMs).toBeLessThan(5000)
  })

  const deepTable = `${'<b>'.repeat(190)}${'<i></i>'.repeat(38_000)}${'</b>'.repeat(190)}`
  test.each([
    ['b i', true],
    ['b > i', true],
    [`${'b '.repeat(20)}i`, false],
    [`${'b > '.repeat(20)}i`, true],
    [`${'u,'.repeat(100)}i`, true],
    [`${'b i,'.repeat(20)}b`, false],
  ])(
    'the selector %s is refused where its parts, the elements and their depth come to too much',
    async (selector, isTaken) => {
      const cpuMs = await cpuMsOf(async () => {
        const { error } = await run(deepTable, `selector: "${selector}"`)
        expect(error === undefined).toBe(isTaken)
        if (!isTaken) expect(String(error)).toContain('could take too long')
      })
      expect(cpuMs).toBeLessThan(5000)
    },
  )

  test.each<[string, string, string, number]>([
    ['comments that do not end', tags(500_000, '<!--'), '', 1],
    ['comments before the document', `${tags(500_000, '<!---->')}<p>a</p>`, 'selector: p', 1],
    ['byte order marks', `${'\uFEFF'.repeat(1_000_000)}<`, '', 1],
    ['nothing but <', '<'.repeat(2_000_000), '', 1],
    ['attributes without an end', `<a ${'x=1 '.repeat(300_000)}>b</a>`, 'selector: a', 1],
    ['a declaration without an end', `<?xml ${'a'.repeat(2_000_000)}?><r/>`, 'format: json', 1],
    ['a long table', `<table>${tags(20_000, '<tr><td>1<td>2')}</table>`, 'selector: tr td', 40_000],
  ])('with %s is read soon', async (_what, v, fields, count) => {
    const cpuMs = await cpuMsOf(async () => {
      const { error, r } = await run(v, fields)
      expect(error).toBeUndefined()
      expect(r).toHaveLength(count)
    })
    expect(cpuMs).toBeLessThan(5000)
  })
})

test.each([
  [yamlOf('format: yaml'), 'FLOW_WRONG_TYPE'],
  [yamlOf('selector: << data.x'), 'FLOW_TEMPLATE_SYNTAX'],
  ['type: html-parser\nresult: data.r', 'FLOW_MISSING_FIELD'],
  [`${yamlOf()}\nthen: [ { type: debug, message: << data.r.0.children >> } ]`, 'FLOW_ABSENT_PATH'],
  [`${yamlOf('format: json')}\nthen: [ { type: debug, message: << data.r.0.childs >> } ]`, 'FLOW_ABSENT_PATH'],
])('%j does not load', (yaml, code) => {
  expect(problemsOf(yaml).map((problem) => problem.code)).toEqual([code])
})

test.each([
  [{ selectorTemplate: '', resultFormatTemplate: 'text' }, { format: 'text' }],
  [
    { selectorTemplate: '#{{data.id}}', resultFormatTemplate: '{{f}}' },
    { selector: '#{{data.id}}', format: '{{f}}' },
  ],
])('an HtmlParserNode of an export with %j', (config, expected) => {
  const paths = { documentPath: 'data.a', resultPath: 'data.b' }
  const translated = htmlParser.losant?.translate?.({ ...paths, ...config })
  expect(translated).toEqual({ source: '{{data.a}}', result: 'data.b', ...expected })
})
