/**
 * An HTML or XML document on a payload, in the form of the output of Losant's HTML parser:
 * https://docs.losant.com/workflows/logic/html-parser/#json-output-details
 */
import { isObject, toText } from './coerce.ts'

export interface MarkupDocument {
  /** For example of `<?xml version="1.0"?>`. */
  readonly declaration?: { readonly attributes: Readonly<Record<string, string>> }
  readonly children: readonly MarkupNode[]
}

export type MarkupNode =
  | MarkupElement
  | { readonly type: 'text' | 'cdata' | 'comment'; readonly value: string }
  | { readonly type: 'doctype'; readonly doctype: string }
  | { readonly type: 'instruction'; readonly name: string; readonly instruction: string }

export interface MarkupElement {
  readonly type: 'element'
  readonly name: string
  /** Missing if the element has none. */
  readonly attributes?: Readonly<Record<string, string>>
  readonly children: readonly MarkupNode[]
}

/** Deeper documents are neither read nor written. */
export const deepestElement = 200

/** HTML's elements that have no end tag. https://html.spec.whatwg.org/#void-elements */
export const voidElements: ReadonlySet<string> = new Set(
  'area base br col embed hr img input link meta source track wbr'.split(' '),
)

const name = /^[^\s"'<>/=!?][^\s"'<>/=]*$/

/**
 * The text of a document, or of one of its nodes. A payload may have anything instead of one: whatever is not a node is left out,
 * and no value can break out of its place in the markup.
 */
export function writeMarkup(value: unknown): string {
  // The document itself is a level, and so is a text in the deepest element.
  return write(value, deepestElement + 1)
}

function write(value: unknown, levels: number): string {
  if (!isObject(value) || levels < 0) return ''
  switch (value.type) {
    case undefined:
      return writeDeclaration(value.declaration) + writeAll(value.children, levels)
    case 'element':
      return writeElement(value, levels)
    case 'text':
    // In HTML, a CDATA section would end at the first >.
    case 'cdata':
      return escapeText(toText(value.value))
    case 'comment':
      return `<!--${toText(value.value)
        .replace(/-(?=-|$)/g, '- ')
        .replace(/^-?>/, ' $&')}-->`
    case 'doctype':
      return `<!DOCTYPE ${toText(value.doctype).replaceAll('>', '')}>`
    case 'instruction':
      return writeInstruction(value)
    default:
      return ''
  }
}

function writeAll(children: unknown, levels: number): string {
  return Array.isArray(children) ? children.map((child) => write(child, levels - 1)).join('') : ''
}

function writeElement(element: Readonly<Record<string, unknown>>, levels: number): string {
  const tag = toText(element.name)
  const content = writeAll(element.children, levels)
  if (!name.test(tag)) return content
  const begin = `<${tag}${writeAttributes(element.attributes)}`
  return content === '' && voidElements.has(tag) ? `${begin}/>` : `${begin}>${content}</${tag}>`
}

function writeAttributes(attributes: unknown): string {
  if (!isObject(attributes)) return ''
  return Object.entries(attributes)
    .filter(([key]) => name.test(key))
    .map(([key, value]) => ` ${key}="${escapeText(toText(value)).replaceAll('"', '&quot;')}"`)
    .join('')
}

function writeDeclaration(declaration: unknown): string {
  return isObject(declaration) ? `<?xml${writeAttributes(declaration.attributes)}?>` : ''
}

function writeInstruction({ name: target, instruction }: Readonly<Record<string, unknown>>): string {
  const tag = toText(target)
  return name.test(tag) ? `<?${tag} ${toText(instruction).replaceAll('>', '')}?>` : ''
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
