/** A node in a few words. */
import type { NodeOutline } from '../../engine/describe/outline.ts'

/** Fields that say what a node does. The first one that a node has is shown. */
const telling = [
  'if',
  'call',
  'node',
  'status',
  'script',
  'over',
  'url',
  'to',
  'message',
  'command',
  'key',
  'deviceId',
  'output',
]
const most = 60

/** `conditional << data.body.name >>`, `reply 201`. */
export function summaryOf({ type, config }: NodeOutline): string {
  const field = telling.find((name) => isShort(config[name]))
  return field === undefined ? type : `${type} ${shorten(String(config[field]))}`
}

function isShort(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}

function shorten(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return line.length > most ? `${line.slice(0, most - 1)}…` : line
}
