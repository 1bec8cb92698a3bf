import type { RawConfig } from '../../engine/node.ts'

/** The fields of an exported node that are filled in. Losant exports the others as empty texts, or not at all. */
export function filled(fields: RawConfig): RawConfig {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value))
}
