/**
 * A pattern of a schema as a regular expression: of Unicode, in which `\\p{L}` is a letter, and without where only that is one, as for `[\\w-.]`.
 * For Ajv, which writes `code` into what it generates.
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
