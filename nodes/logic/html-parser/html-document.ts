/** Parses HTML and XML and selects nodes in them, within limits, so that no document can hold up the process. Imported only when needed. */
import { load } from 'cheerio/slim'
import { DomHandler, Parser } from 'htmlparser2'
import { deepestElement } from '../../../engine/values/markup.ts'
import { Refused } from '../../parts/attempt.ts'

/** A node as the parser gives it. */
export interface DomNode {
  readonly type: string
  readonly name?: string
  readonly data?: string
  readonly attribs?: Readonly<Record<string, string>>
  readonly children?: readonly DomNode[]
}

const maxElements = 100_000
/** Takes about half a second. */
const maxSteps = 50_000_000
const maxSelectorLength = 1000

/** The nodes that the selector selects; the document if it is empty, and nothing if it is not valid. Throws `Refused`. */
export function selectNodes(text: string, selector: string): readonly DomNode[] {
  const xmlMode = isXml(text)
  const { root: document, elements, depth } = parse(text, xmlMode)
  const root = load(document, { xml: { xmlMode } }).root()
  if (selector.trim() === '') return root.toArray()
  checkSelector(selector, { elements, depth, roots: root.children().length })
  try {
    return root.find(selector).toArray()
  } catch {
    return []
  }
}

/** Limits the depth, since the time that the parser takes grows with its square. */
class LimitedHandler extends DomHandler {
  elements = 0
  /** The depth of the deepest element. */
  depth = 0

  override onopentag(name: string, attributes: Record<string, string>): void {
    this.elements += 1
    if (this.elements > maxElements) throw new Refused(`The document has more than ${maxElements} elements.`)
    if (this.tagStack.length > deepestElement) {
      throw new Refused(`The document is nested deeper than ${deepestElement} elements.`)
    }
    this.depth = Math.max(this.depth, this.tagStack.length)
    super.onopentag(name, attributes)
  }
}

function parse(text: string, xmlMode: boolean): LimitedHandler {
  const handler = new LimitedHandler()
  new Parser(handler, { xmlMode, recognizeCDATA: true, recognizeSelfClosing: true }).end(text)
  return handler
}

/** Elements with which HTML, or a part of it, may begin. */
const htmlElements: ReadonlySet<string> = new Set(
  `html head body title base link meta style script noscript template slot article section nav aside header footer main h1 h2
  h3 h4 h5 h6 hgroup address p hr pre blockquote ol ul menu li dl dt dd figure figcaption div search a em strong small s cite
  q dfn abbr ruby rt rp data time code var samp kbd sub sup i b u mark bdi bdo span br wbr ins del picture source img iframe
  embed object video audio track map area table caption colgroup col tbody thead tfoot tr td th form label input button select
  datalist optgroup option textarea output progress meter fieldset legend details summary dialog canvas center font`.split(
    /\s+/,
  ),
)

/** Whether to parse as XML, which is case-sensitive and has no elements without an end tag. */
function isXml(text: string): boolean {
  const begin = beginOf(text)
  const [, first] = /^<(\?xml\b|[a-z][^\s/>]*)/i.exec(text.slice(begin, begin + 100)) ?? []
  return first !== undefined && !htmlElements.has(first.toLowerCase())
}

/** The offset after the white space and the comments at the beginning. */
function beginOf(text: string): number {
  let at = 0
  for (;;) {
    space.lastIndex = at
    space.test(text)
    at = space.lastIndex
    if (!text.startsWith('<!--', at)) return at
    const end = text.indexOf('-->', at + 4)
    if (end === -1) return text.length
    at = end + 3
  }
}

const space = /\s*/y

interface Size {
  readonly elements: number
  readonly depth: number
  readonly roots: number
}

/**
 * Estimates the time: each part of the selector is tested on each element, a space climbs from there up to the root, and a
 * pseudo-class, `~` or `+` goes over the document once more for each element.
 */
function checkSelector(selector: string, { elements, depth, roots }: Size): void {
  if (selector.length > maxSelectorLength) {
    throw new Refused(`The selector has more than ${maxSelectorLength} characters.`)
  }
  const bare = selector
    .replace(/\\./g, '')
    .replace(/"[^"]*"|'[^']*'/g, '')
    .replace(/\[[^\]]*\]/g, '')
  const rounds = bare.match(/[:~+]/g)?.length ?? 0
  const packed = bare.trim().replace(/\s*([>,~+])\s*/g, '$1')
  const parts = 1 + (packed.match(/[>,]|\s+/g)?.length ?? 0)
  const steps = elements ** (1 + rounds) * parts * (/\s/.test(packed) ? depth + 1 : 1)
  if (steps > maxSteps || roots ** 2 > maxSteps) {
    throw new Refused(`The selector could take too long in a document of ${elements} elements.`)
  }
}
