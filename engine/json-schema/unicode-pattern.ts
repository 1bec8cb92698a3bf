/**
 * Compiles a pattern of a schema with the flag `u`, so that `\\p{L}` is a letter, or without the flag if the pattern is only valid then, as `[\\w-.]`
 * is. Ajv writes `code` into the functions that it generates.
 */
export const unicodePattern = Object.assign(
  (pattern: string): RegExp => {
    try {
      return new RegExp(pattern, 'u')
    } catch {
      return new RegExp(pattern)
    }
  },
  { code: 'new RegExp' },
)
