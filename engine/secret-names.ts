/** Recognises secrets by their names, so that no log, output or recorded run shows them. */
import { isMap } from './values/is-map.ts'

/** The text that replaces a secret. */
export const redacted = '[redacted]'

/** The most common names, for whoever compares whole names. */
export const plainSecretNames = ['authorization', 'cookie', 'password', 'secret', 'token']

const kindsOfKey = 'api|private|signing|encryption|decryption|master|hmac|stripe'
const kindsOfCode =
  'recovery|verification|confirmation|backup|activation|invit(?:e|ation)|(?<!p)reset|log[-_. ]?in|sign[-_. ]?in|security|auth|(?:two|2)[-_. ]?factor|2fa|mfa|access|pairing|unlock|claim|setup|pin'
const kindsOfLink =
  'magic|recovery|verification|confirmation|activation|invit(?:e|ation)|(?<!p)reset|log[-_. ]?in|sign[-_. ]?in'

/** Part of a regular expression, which matches anywhere in a name and in any case. */
const words = [
  'authori[sz]ation|cookie|secret|token|jwt|credential|mnemonic|seed[-_. ]?phrase|one[-_. ]?time',
  'pass(?:wor[dt]|wd|phrase|code)|pwd|kennwort|wachtwoord|contrase[nñ]a|mot[-_. ]?de[-_. ]?passe',
  'session[-_. ]?id|phpsessid|connection[-_. ]?string|client[-_. ]?assertion|card[-_. ]?number',
  `(?:${kindsOfKey})[-_. ]?key|(?:${kindsOfCode})[-_. ]?code|(?:${kindsOfLink})[-_. ]?(?:link|url)`,
].join('|')
const names = new RegExp(`${words}|^(?:otp|pin|auth|sid|cv[vc]2?|senha)$`, 'i')
const endsInName = new RegExp(`(?:${words}|^otp|^pin|^cv[vc]2?)s?$`, 'i')
/** Matches if the second of two words names a secret, or both together: `your token`, `api key`, but not `token count`. */
const endsInWord = new RegExp(`(?:${words})[^ ]*$`, 'i')

/**
 * Words before `key` that make it the name or the place of something. Any other key is a secret, except a plain `accessKey`, which is the public half
 * of a device's credentials.
 */
const harmlessKeys = new Set(
  [
    'public publishable site primary foreign unique composite natural surrogate parent partition sort range row column index',
    'lookup group grouping cache idempotency dedup dedupe deduplication routing message event topic translation locale i18n label',
    'field item entity object record resource file image media video asset storage s3 bucket path map property attribute tag',
    'option setting config feature flag metric state status query search filter order sorting project issue ticket task page node',
    'tenant min max start end next last first previous prev exclusive evaluated shortcut hot arrow tab enter return escape',
    'modifier cursor pagination continuation lock type kind name id data other',
  ].flatMap((line) => line.split(' ')),
)
const harmlessPasses = new Set([
  'low',
  'high',
  'band',
  'all',
  'first',
  'second',
  'single',
  'multi',
  'boarding',
  'season',
])

/** An application has few names, unless a client makes them up. */
const mostNames = 10_000
/** Of a longer name, only the end is read, since that is where a name says what it is. */
const longestName = 100

export interface SecretNames {
  /** Whether a text, or a list of texts, with this name is secret: `accessToken`, `passwordConfirmation`. */
  isSecretName(name: string): boolean
  /** Whether only texts are, since a map with this name may as well be something else: `session`, `deployKey`. */
  isNameOfText(name: string): boolean
  /** Whether any value with this name is secret, such as a number. That is not so for `tokenTtlSeconds`. */
  isNameOfSecret(name: string): boolean
  /** The application's secrets from the environment, which are secret under any name. */
  readonly values: readonly string[]
  /** The text without those values. */
  hide(text: string): string
}

/** Which values with a name are secret: texts, also texts within a map, or anything, such as a number. */
type Kind = 'nothing' | 'text' | 'anyText' | 'anything'

/** `further` are the secret names of one application, as whole names in any spelling: `plateNumber` is also `plate_number`. `values` are secret under any name. */
export function createSecretNames(further: readonly string[], values: readonly string[] = []): SecretNames {
  const own = new Set(further.map(lettersOf))
  const known = new Map<string, Kind>()

  const isOwn = (name: string): boolean => own.size > 0 && name.length <= longestName && own.has(lettersOf(name))

  const findKind = (name: string): Kind => {
    if (endsInName.test(name) || isOwn(name)) return 'anything'
    if (names.test(name)) return 'anyText'
    return isWordForSecret(name) ? 'text' : 'nothing'
  }

  const kindOf = (name: string): Kind => {
    const before = known.get(name)
    if (before !== undefined) return before
    const kind = findKind(name)
    if (known.size < mostNames && name.length < longestName) known.set(name, kind)
    return kind
  }

  return {
    isSecretName: (name) => kindOf(name) !== 'nothing',
    isNameOfText: (name) => kindOf(name) === 'text',
    isNameOfSecret: (name) => kindOf(name) === 'anything',
    values,
    hide: createHiding(values),
  }
}

/** Shorter values are only hidden if they are a whole text. */
const shortestWithinText = 4

function createHiding(values: readonly string[]): (text: string) => string {
  if (values.length === 0) return (text) => text
  const whole = new Set(values)
  const long = values.filter(({ length }) => length >= shortestWithinText).flatMap(spellingsOf)
  // The longest first, so that no rest remains of a value that begins with another one.
  const sorted = [...new Set(long)].sort((a, b) => b.length - a.length)
  if (sorted.length === 0) return (text) => (whole.has(text) ? redacted : text)
  const found = new RegExp(sorted.map((text) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')).join('|'), 'g')
  return (text) => (whole.has(text) ? redacted : text.replace(found, redacted))
}

/** The ways in which a value may be written: as it is, in JSON, in a URL and in Base64. */
function spellingsOf(value: string): readonly string[] {
  const bytes = Buffer.from(value)
  return [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(bytes.toString()), bytes.toString('base64')]
}

/** A copy of `value` in which no text holds one of the application's secret values. */
export function hideValues<Value>(value: Value, names: SecretNames): Value {
  if (names.values.length === 0) return value
  const hide = (item: unknown): unknown => {
    if (typeof item === 'string') return names.hide(item)
    if (Array.isArray(item)) return item.map(hide)
    if (!isMap(item)) return item
    return Object.fromEntries(Object.entries(item).map(([key, inner]) => [names.hide(key), hide(inner)]))
  }
  // Texts become texts, lists lists and maps maps.
  return hide(value) as Value
}

/** The secret names of every application. */
export const secretNames = createSecretNames([])

/** Whether the text ends with words that name a secret, alone or together. */
export function isNamedByWords(text: string): boolean {
  return endsInWord.test(text.slice(-longestName))
}

function isWordForSecret(name: string): boolean {
  const words = wordsOf(name)
  const last = words.at(-1)
  const before = words.at(-2)
  switch (last) {
    case 'key':
    case 'keys':
      if (before === 'access') return words.length > 2
      return before !== undefined && !harmlessKeys.has(before)
    case 'pass':
      return before === undefined || !harmlessPasses.has(before)
    case 'session':
      return before === undefined
    default:
      return last === 'signature' || last === 'sig' || last === 'dsn' || last === 'bearer'
  }
}

/** `x`, `hub` and `signature` of `X-Hub-Signature-256`. */
function wordsOf(name: string): string[] {
  return name
    .slice(-longestName)
    .replace(/([a-z\d])([A-Z])|([A-Z])([A-Z][a-z])/g, '$1$3 $2$4')
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter((word) => /[a-z]/.test(word))
}

function lettersOf(name: string): string {
  return name.toLowerCase().replace(/[-_. ]/g, '')
}

/** The URL of a request without the secrets in its query, such as a token. */
export function loggableUrl(url: string, names: SecretNames = secretNames): string {
  const start = url.indexOf('?')
  if (start === -1) return url
  const fields = url.slice(start + 1).split('&')
  return `${url.slice(0, start)}?${fields.map((field) => loggableField(field, names)).join('&')}`
}

function loggableField(field: string, names: SecretNames): string {
  const name = field.split('=', 1)[0] ?? ''
  return names.isSecretName(decoded(name)) ? `${name}=${redacted}` : field
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
