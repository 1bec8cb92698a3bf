/** How what must not be read by others is called: whatever is logged, printed or kept of a run goes by these names. */

/** What stands in place of a secret. */
export const redacted = '[redacted]'

/** A part of a regular expression: found anywhere in a name. */
export const secretWords =
  'authori[sz]ation|cookie|passw(?:or)?d|passphrase|passcode|pwd|secret|token|jwt|credential|api[-_. ]?key|private[-_. ]?key|signing[-_. ]?key|session[-_. ]?id|one[-_. ]?time'
const names = new RegExp(`${secretWords}|^(?:otp|pin|auth|sid)$`, 'i')
const endsInName = new RegExp(`(?:${secretWords}|^otp|^pin)s?$`, 'i')

/** The plainest of them, for what looks for whole names. */
export const plainSecretNames = ['authorization', 'cookie', 'password', 'secret', 'token']

/** The names of an application are few, unless a client makes them up. */
const knownNames = new Map<string, boolean>()
const mostNames = 10_000

/** Whether a text under this name is a secret: `accessToken`, `passwordConfirmation`. */
export function isSecretName(name: string): boolean {
  const known = knownNames.get(name)
  if (known !== undefined) return known
  const isSecret = names.test(name)
  if (knownNames.size < mostNames && name.length < 100) knownNames.set(name, isSecret)
  return isSecret
}

/** Whether anything under this name is one, such as a number: not `tokenTtlSeconds`. */
export function isNameOfSecret(name: string): boolean {
  return endsInName.test(name)
}
