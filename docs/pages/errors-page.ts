import { problemCodes } from '../../engine/source/problem.ts'
import { lines, table } from './markdown.ts'
import { sourceErrors } from './source-errors.ts'

/** `root` is the checkout, with a slash at its end. */
export function errorsPage(root: string): string {
  const errors = sourceErrors(root).toSorted((a, b) => (a.code < b.code ? -1 : 1))
  return lines(
    '# Errors',
    'A code is never reused for anything else, and does not change when its message does.',
    '## Problems of an application',
    '`flowpot check`, a start and a reload report these with file, line, column and a hint.',
    table(
      ['code', 'meaning'],
      Object.entries(problemCodes).map(([code, meaning]) => [`\`${code}\``, plain(meaning)]),
    ),
    '## Errors',
    `A run, the platform or a listener fails with these. A client sees the code, the message and the request's ID. If the status is
500, it sees a general sentence instead of the message, and the log has the rest.`,
    table(
      ['code', 'status', 'message'],
      errors.map(({ code, status, message }) => [`\`${code}\``, String(status), plain(message)]),
    ),
  )
}

/** Keeps `__proto__` from turning bold, and a `<` from opening a tag. */
function plain(text: string): string {
  return text.replace(/_(?=_)|(?<=_)_|</g, '\\$&')
}
