/** The log of the server: JSON lines without passwords, tokens and other secrets. */
import { type DestinationStream, type Logger, pino } from 'pino'
import { loggableUrl, plainSecretNames, redacted, type SecretNames, secretNames } from '../../engine/secret-names.ts'
import { boundLines, defaultLogBounds, type LogBounds } from './bound-lines.ts'

/** Writes to standard output unless a destination is given. `names` are the names of secrets in the application that is served. */
export function createLog(
  level: string,
  destination: DestinationStream = pino.destination(1),
  names: () => SecretNames = () => secretNames,
  bounds: LogBounds = defaultLogBounds,
): Logger {
  const bounded = boundLines(bounds, Date.now)
  return pino(
    {
      level,
      base: null,
      // pino's paths reach only one level down. `details` may hold a whole payload, so its serializer searches all levels.
      redact: {
        paths: plainSecretNames.flatMap((key) => [key, `*.${key}`]),
        censor: redacted,
      },
      hooks: { streamWrite: (line) => bounded(withoutValues(line, names())) },
      serializers: {
        details: (details: unknown) => withoutSecrets(details, names()),
        url: (url: string) => loggableUrl(url, names()),
        err: pino.stdSerializers.err,
      },
    },
    destination,
  )
}

/** Copies `value` as JSON, with every secret replaced. */
export function withoutSecrets(value: unknown, names: SecretNames): unknown {
  try {
    const text = JSON.stringify(value, (key, item: unknown) => shown(key, item, names))
    return text === undefined ? undefined : JSON.parse(text)
  } catch {
    return '[not JSON]'
  }
}

function shown(key: string, item: unknown, names: SecretNames): unknown {
  if (isSecret(key, item, names)) return redacted
  return typeof item === 'string' ? names.hide(item) : item
}

/** A line of JSON whose texts hold none of the application's secret values. */
function withoutValues(line: string, names: SecretNames): string {
  if (names.values.length === 0) return line
  return line.replace(/"((?:[^"\\]|\\.)*)"/g, (_, text: string) => `"${names.hide(text)}"`)
}

function isSecret(name: string, value: unknown, names: SecretNames): boolean {
  return names.isNameOfSecret(name) || (names.isSecretName(name) && isText(value))
}

/** Whether `value` is text or a list of texts. A name that only suggests a secret counts for nothing else. */
function isText(value: unknown): boolean {
  return typeof value === 'string' || (Array.isArray(value) && value.length > 0 && value.every(isText))
}
