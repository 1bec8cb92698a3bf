import { problemCodes } from '../../engine/source/problem.ts'
import { lines, table } from './markdown.ts'
import { sourceErrors } from './source-errors.ts'

/** `root` is the checkout, with a slash at its end. */
export function errorsPage(root: string): string {
  const errors = sourceErrors(root).toSorted((a, b) => (a.code < b.code ? -1 : 1))
  return lines(
    '# Errors',
    'A code is never used for anything else, and stays when its message is worded anew.',
    '## Problems of an application',
    'What `flowpot check` and a start or reload report, each with file, line, column and a hint.',
    table(
      ['code', 'what it stands for'],
      Object.entries(problemCodes).map(([code, meaning]) => [`\`${code}\``, plain(meaning)]),
    ),
    '## Errors',
    `What a run, the platform or a listener fails with. A client reads code and message, and the request's ID; where the status is
500 it reads a general sentence in place of the message, and the log has the rest.`,
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
