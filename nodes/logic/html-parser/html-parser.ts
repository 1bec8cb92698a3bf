import { Type } from 'typebox'
import { anything, listShape, objectShape, scalar } from '../../../engine/json-schema/shape.ts'
import { defineNode, type RawConfig } from '../../../engine/node.ts'
import { PathTo, Template, Value, ValueOf } from '../../../engine/schema.ts'
import { attempt, readText } from '../../parts/attempt.ts'
import { filled, templateAt } from '../../parts/losant-fields.ts'
import { choice } from '../../parts/one-of.ts'
import { mayRefuse, refusalShape } from '../../parts/refuse.ts'
import { formats, resultsOf } from './html-result.ts'

const documentShape = objectShape({ declaration: anything, children: listShape(anything) })

export const htmlParser = defineNode({
  type: 'html-parser',
  losant: { type: 'HtmlParserNode', translate },
  summary: 'Reads HTML or XML, or the parts of it that a CSS selector selects.',
  description: `The value at \`result\` is a list with one entry for each selected element or, without a \`selector\`, one entry for the whole document.
A selector that selects nothing or is not valid gives an empty list.

| format | each entry is |
|---|---|
| \`text\` | the text of the element and of all elements in it, except scripts and styles |
| \`xml\` | the element as XML |
| \`json\` | \`{ children: [ … ] }\`, where an element is \`{ type: element, name, attributes, children }\` and a text \`{ type: text, value }\`. The helper \`toHtml\` turns it into a document again |

A document that begins with an element of HTML, or declares that it is HTML, is read as HTML. Any other is read as XML, which is case-sensitive. Broken
markup is repaired.

If \`source\` is not text, or exceeds a limit, \`else\` is taken with \`{ error: { message } }\` at \`result\`; without an \`else\`, the run fails. The limits
are 100000 elements, a depth of 200, and results of 4 MB. A selector with a pseudo-class, \`~\` or \`+\` takes time that grows with the square of the
document, which may then have a few thousand elements.`,
  config: Type.Object({
    source: Value({ description: 'The document.', examples: ['<< data.response.body >>'] }),
    selector: Type.Optional(Template({ description: 'A CSS selector.', examples: ['table.prices td[data-plant]'] })),
    format: Type.Optional(
      ValueOf(choice(formats), { description: 'The form of each entry: `text`, `xml` or `json`.', default: 'text' }),
    ),
    result: PathTo({ description: 'Where the list goes, or the error.' }),
  }),
  ...mayRefuse(refusalShape, ({ format = 'text' }) =>
    listShape(format === 'json' ? documentShape : format === 'text' || format === 'xml' ? scalar : anything),
  ),
  compile: ({ source, selector, format, result }, { wired }) => {
    return async (payload) => {
      const { selectNodes } = await import('./html-document.ts')
      const selected = selector?.(payload) ?? ''
      const as = format?.(payload) ?? 'text'
      return attempt(() => resultsOf(selectNodes(readText(source, payload), selected), as), { payload, result, wired })
    }
  },
  examples: [
    {
      title: 'The text of some elements',
      yaml: `type: html-parser
source: << data.page >>
selector: ul.plants li
result: data.plants`,
      payload: {
        data: { page: '<h1>Plants</h1><ul class="plants"><li><b>Fern</b> &amp; friends<li>Moss</ul><ul><li>Pots</ul>' },
      },
      expect: { output: 'then', payload: { 'data.plants': ['Fern & friends', 'Moss'] } },
    },
    {
      title: 'XML as JSON',
      yaml: `type: html-parser
source: << data.track >>
selector: trkpt
format: json
result: data.points`,
      payload: { data: { track: '<gpx><trkpt lat="50.94" lon="6.96"><ele>53</ele></trkpt></gpx>' } },
      expect: {
        output: 'then',
        payload: {
          'data.points': [
            {
              children: [
                {
                  type: 'element',
                  name: 'trkpt',
                  attributes: { lat: '50.94', lon: '6.96' },
                  children: [{ type: 'element', name: 'ele', children: [{ type: 'text', value: '53' }] }],
                },
              ],
            },
          ],
        },
      },
    },
    {
      title: 'A body that is not text',
      yaml: `type: html-parser
source: << data.response.body >>
result: data.text
else: end`,
      payload: { data: { response: { body: { error: 'Not found' } } } },
      expect: { output: 'else', payload: { 'data.text.error.message': 'source must be a text, not a map.' } },
    },
  ],
})

function translate({ documentPath, selectorTemplate, resultFormatTemplate, resultPath }: RawConfig): RawConfig {
  return {
    source: templateAt(documentPath, 'documentPath'),
    ...filled({ selector: selectorTemplate, format: resultFormatTemplate }),
    result: resultPath,
  }
}
