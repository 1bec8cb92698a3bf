/** The log of the listeners: one line a request, and nothing in it that would let its reader in. */
import { type DestinationStream, type Logger, pino } from 'pino'
import { plainSecretNames, redacted, type SecretNames, secretNames } from '../../engine/secret-names.ts'

/** A log as JSON lines, on standard output where no destination is given. `names` are those of the application that is served. */
export function createLog(
  level: string,
  destination: DestinationStream = pino.destination(1),
  names: () => SecretNames = () => secretNames,
): Logger {
  return pino(
    {
      level,
      base: null,
      // Paths reach one level down; `details`, which may hold a whole payload, is searched to the bottom.
      redact: {
        paths: plainSecretNames.flatMap((key) => [key, `*.${key}`]),
        censor: redacted,
      },
      serializers: {
        details: (details: unknown) => withoutSecrets(details, names()),
        url: (url: string) => loggableUrl(url, names()),
        err: pino.stdSerializers.err,
      },
    },
    destination,
  )
}

/** A copy of `value` as JSON would have it, with every secret in it replaced. */
export function withoutSecrets(value: unknown, names: SecretNames): unknown {
  try {
    const text = JSON.stringify(value, (key, item: unknown) => (isSecret(key, item, names) ? redacted : item))
    return text === undefined ? undefined : JSON.parse(text)
  } catch {
    return '[not JSON]'
  }
}

function isSecret(name: string, value: unknown, names: SecretNames): boolean {
  return names.isNameOfSecret(name) || (names.isSecretName(name) && isText(value))
}

/** A text, or a list of them. */
function isText(value: unknown): boolean {
  return typeof value === 'string' || (Array.isArray(value) && value.length > 0 && value.every(isText))
}

/** The URL of a request as it may be logged: a token may stand in its query. */
export function loggableUrl(url: string, names: SecretNames): string {
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
