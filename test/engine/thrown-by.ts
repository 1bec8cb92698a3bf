import { TextSyntaxError } from '../../engine/source/syntax-error.ts'

/** The `TextSyntaxError` that `act` throws; anything else that it throws fails the test. */
export function thrownBy(act: () => unknown): TextSyntaxError {
  try {
    act()
  } catch (error) {
    if (error instanceof TextSyntaxError) return error
    throw error
  }
  throw new Error('It did not throw.')
}

/** What of `source` an error underlines. */
export function underlined(source: string, { place }: TextSyntaxError): string {
  return source.slice(place.offset, place.offset + place.length)
}
