/** Converts nodes of a document to text, XML or JSON. */
import { type MarkupDocument, type MarkupElement, type MarkupNode, writeMarkup } from '../../../engine/values/markup.ts'
import { Refused } from '../../parts/attempt.ts'
import type { DomNode } from './html-document.ts'

export const formats = ['text', 'xml', 'json'] as const
export type Format = (typeof formats)[number]

/** The limit for all results together: nested elements may each be selected, and their content then counts several times. */
const maxCharacters = 4 * 1024 * 1024
/** The size of a node as JSON, besides its text. */
const nodeWeight = 40

/** One result for each node. Throws `Refused` if they become too large. */
export function resultsOf(nodes: readonly DomNode[], format: Format): readonly unknown[] {
  let left = maxCharacters
  const spend = (node: DomNode) => {
    left -= nodeWeight + (node.data?.length ?? 0)
    if (left < 0) throw new Refused(`The selected elements have more than ${maxCharacters} characters.`)
  }
  if (format === 'text') return nodes.map((node) => textOf(node, spend))
  const documents = nodes.map((node) => documentOf(node, { spend, keepsSpace: format === 'xml' }))
  return format === 'xml' ? documents.map(writeMarkup) : documents
}

interface Conversion {
  readonly spend: (node: DomNode) => void
  /** Keeps white space between elements, which has no meaning in JSON. */
  readonly keepsSpace: boolean
}

function textOf(node: DomNode, spend: Conversion['spend']): string {
  spend(node)
  if (node.type === 'text') return node.data ?? ''
  // Browsers do not show these.
  if (node.type === 'script' || node.type === 'style') return ''
  return node.children?.map((child) => textOf(child, spend)).join('') ?? ''
}

function documentOf(node: DomNode, conversion: Conversion): MarkupDocument {
  if (node.type !== 'root') return { children: markupOf(node, conversion) }
  const declaration = node.children?.find(isDeclaration)
  const children = node.children?.filter((child) => !isDeclaration(child)) ?? []
  return {
    ...(declaration ? { declaration: { attributes: attributesIn(declaration.data ?? '') } } : {}),
    children: children.flatMap((child) => markupOf(child, conversion)),
  }
}

function isDeclaration({ name }: DomNode): boolean {
  return name === '?xml'
}

function attributesIn(declaration: string): Record<string, string> {
  const pairs = declaration.slice(0, 200).matchAll(/([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)
  return Object.fromEntries([...pairs].map(([, name = '', double, single]) => [name, double ?? single ?? '']))
}

/** The node as markup; empty for white space that is not kept. */
function markupOf(node: DomNode, conversion: Conversion): readonly MarkupNode[] {
  conversion.spend(node)
  const { type, name = '', data = '' } = node
  switch (type) {
    case 'text':
      return conversion.keepsSpace || data.trim() !== '' ? [{ type, value: data }] : []
    case 'comment':
      return [{ type, value: data }]
    case 'cdata':
      return [{ type, value: node.children?.map((child) => child.data ?? '').join('') ?? '' }]
    case 'directive':
      return [directiveOf(name, data)]
    default:
      return [elementOf(node, conversion)]
  }
}

function elementOf({ name = '', attribs = {}, children = [] }: DomNode, conversion: Conversion): MarkupElement {
  return {
    type: 'element',
    name,
    ...(Object.keys(attribs).length > 0 ? { attributes: { ...attribs } } : {}),
    children: children.flatMap((child) => markupOf(child, conversion)),
  }
}

/** A directive as the parser gives it: `!doctype html` or `?go there?`. */
function directiveOf(name: string, data: string): MarkupNode {
  const rest = data.slice(name.length).trim()
  if (name.startsWith('!')) return { type: 'doctype', doctype: rest }
  return { type: 'instruction', name: name.slice(1), instruction: rest.replace(/\?$/, '').trim() }
}
