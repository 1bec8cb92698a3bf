import { describe, expect, it } from 'vitest'
import { writeMarkup } from '../../../engine/values/markup.ts'

const element = (name: unknown, attributes: unknown, ...children: unknown[]) => ({
  type: 'element',
  name,
  attributes,
  children,
})
const text = (value: unknown) => ({ type: 'text', value })

describe('a document as text', () => {
  it.each<[unknown, string]>([
    [
      {
        declaration: { attributes: { version: '1.0' } },
        children: [
          { type: 'doctype', doctype: 'html' },
          { type: 'comment', value: ' a ' },
        ],
      },
      '<?xml version="1.0"?><!DOCTYPE html><!-- a -->',
    ],
    [element('ns:a', { 'ns:b': 'c', d: 5 }, text('e')), '<ns:a ns:b="c" d="5">e</ns:a>'],
    [element('div', undefined), '<div></div>'],
    [element('br', {}), '<br/>'],
    [element('link', {}, text('in RSS')), '<link>in RSS</link>'],
    [{ type: 'cdata', value: 'a < b' }, 'a &lt; b'],
    [{ type: 'instruction', name: 'go', instruction: 'there' }, '<?go there?>'],
  ])('%j is %s', (document, expected) => {
    expect(writeMarkup(document)).toBe(expected)
  })
})

describe('what a client may have put into a document', () => {
  it.each<[unknown, string]>([
    [text('<script>&'), '&lt;script&gt;&amp;'],
    [element('a', { href: '"><script>' }), '<a href="&quot;&gt;&lt;script&gt;"></a>'],
    [element('a><script', {}, text('x')), 'x'],
    [element('a', { 'x onload=y': 1, '>': 2 }), '<a></a>'],
    [{ type: 'comment', value: '--><script>' }, '<!--- -><script>-->'],
    [{ type: 'comment', value: '>-' }, '<!-- >- -->'],
    [{ type: 'cdata', value: '><script>' }, '&gt;&lt;script&gt;'],
    [{ type: 'doctype', doctype: 'html><script' }, '<!DOCTYPE html<script>'],
    [{ type: 'instruction', name: 'a', instruction: '><script' }, '<?a <script?>'],
    [{ type: 'instruction', name: '><script', instruction: '' }, ''],
    [element({ toString: 1 }, [], 5, null, 'x', { type: {} }), ''],
  ])('%j breaks out of nothing: %s', (document, expected) => {
    expect(writeMarkup(document)).toBe(expected)
  })

  it('is written down to 200 elements in one another', () => {
    const nested = (levels: number) => {
      let document: unknown = text('deep')
      for (let level = 0; level < levels; level += 1) document = element('a', {}, document)
      return writeMarkup({ children: [document] })
    }
    expect(nested(200)).toContain('deep')
    expect(nested(201)).not.toContain('deep')
    expect(nested(100_000)).not.toContain('deep')
  })
})
