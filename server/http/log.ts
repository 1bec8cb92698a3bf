/** The log of the listeners: one line a request, and nothing in it that would let its reader in. */
import { type DestinationStream, type Logger, pino } from 'pino'
import { isNameOfSecret, isSecretName, plainSecretNames, redacted } from '../../engine/secret-names.ts'

/** A log as JSON lines, on standard output where no destination is given. */
export function createLog(level: string, destination?: DestinationStream): Logger {
  return pino(
    {
      level,
      base: null,
      // Paths reach one level down; `details`, which may hold a whole payload, is searched to the bottom.
      redact: {
        paths: plainSecretNames.flatMap((key) => [key, `*.${key}`]),
        censor: redacted,
      },
      serializers: { details: withoutSecrets, err: pino.stdSerializers.err },
    },
    destination ?? pino.destination(1),
  )
}

/** A copy of `value` as JSON would have it, with every secret in it replaced. */
export function withoutSecrets(value: unknown): unknown {
  try {
    const text = JSON.stringify(value, (key, item: unknown) => (isSecret(key, item) ? redacted : item))
    return text === undefined ? undefined : JSON.parse(text)
  } catch {
    return '[not JSON]'
  }
}

function isSecret(name: string, value: unknown): boolean {
  return isNameOfSecret(name) || (typeof value === 'string' && isSecretName(name))
}

/** The URL of a request as it may be logged: a token may stand in its query. */
export function loggableUrl(url: string): string {
  const start = url.indexOf('?')
  if (start === -1) return url
  const fields = url.slice(start + 1).split('&')
  return `${url.slice(0, start)}?${fields.map(loggableField).join('&')}`
}

function loggableField(field: string): string {
  const name = field.split('=', 1)[0] ?? ''
  return isSecretName(decoded(name)) ? `${name}=${redacted}` : field
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
