/** All settings in one list, from which the command line's options, the environment variables and the reference are made. */

import { defineError } from '../contracts/errors.ts'
import { parseMailbox } from '../engine/values/mailbox.ts'
import { readTrustedProxies, type TrustedProxies } from './http/trusted-proxies.ts'
import { isSigningKey } from './signing-key.ts'

export const settingInvalid = defineError<{ setting: string; value: string; wanted: string }>(
  'SETTING_INVALID',
  500,
  ({ setting, value, wanted }) => `${setting} is "${value}", but it must be ${wanted}.`,
)

export interface Setting<T> {
  /** Option of `flowpot start`. Secrets have none, since other users of the machine can read its command lines. */
  readonly flag?: string
  readonly env: string
  readonly placeholder: string
  readonly about: string
  readonly default: T
  /** Shown as the default instead of the value itself. */
  readonly defaultText?: string
  /** Returns `undefined` for text that is not valid. */
  readonly parse: (text: string) => T | undefined
  /** Completes "it must be …". */
  readonly wanted: string
}

export type AnySetting = Setting<string | number | boolean | TrustedProxies>

/** `wanted` of settings that accept everything but empty text. */
export const anyText = 'some text'

const text = { placeholder: 'text', parse: (value: string) => value || undefined, wanted: anyText }
const port = { placeholder: 'port', parse: integer(0, 65_535), wanted: 'a port from 0 to 65535' }

function integer(min: number, max: number) {
  return (value: string) => {
    const number = /^\d+$/.test(value) ? Number(value) : Number.NaN
    return number >= min && number <= max ? number : undefined
  }
}

function positive(what: string, max = Number.MAX_SAFE_INTEGER) {
  return { placeholder: what, parse: integer(1, max), wanted: `a whole number of ${what}, 1 or more` }
}

/** Whether a browser would write it so: a trailing slash or the port 443 would never be met. */
function isOrigin(value: string): boolean {
  return value === '' || (URL.canParse(value) && new URL(value).origin === value)
}

function isSmtpUrl(value: string): boolean {
  return /^smtps?:\/\//i.test(value) && URL.canParse(value) && new URL(value).hostname !== ''
}

/** Without a setting the broker takes 1883 or, since another broker often uses that, the next free port. */
export const anyMqttPort = -1

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']

/** The longest delay that setTimeout supports. */
const longestTimeoutMs = 2 ** 31 - 1

export const settingDefinitions = {
  host: { ...text, flag: '--host', env: 'FLOWPOT_HOST', default: '127.0.0.1', about: 'Address to bind.' },
  port: { ...port, flag: '--port', env: 'FLOWPOT_PORT', default: 8080, about: 'Port of the endpoints.' },
  platformPort: {
    ...port,
    flag: '--platform-port',
    env: 'FLOWPOT_PLATFORM_PORT',
    default: 8090,
    about: 'Port of the REST API.',
  },
  platformHosts: {
    placeholder: 'names',
    flag: '--platform-hosts',
    env: 'FLOWPOT_PLATFORM_HOSTS',
    default: '',
    about:
      'Hosts that the REST API answers to besides localhost and the address that is bound, such as the name of a proxy.',
    parse: (value: string) => {
      const names = value.split(',').map((name) => name.trim())
      return names.every((name) => /^[a-z0-9]([\w.-]*[a-z0-9])?$/i.test(name)) ? names.join(',') : undefined
    },
    wanted: 'names of hosts, with commas between them',
  },
  platformOrigins: {
    placeholder: 'origins',
    flag: '--platform-origins',
    env: 'FLOWPOT_PLATFORM_ORIGINS',
    default: '',
    about:
      'Origins whose pages may call the REST API from browsers, such as `https://admin.example.com`. Without it, none may.',
    parse: (value: string) => {
      const origins = value.split(',').map((origin) => origin.trim())
      return origins.every((origin) => isOrigin(origin)) ? origins.join(',') : undefined
    },
    wanted: 'origins as browsers write them, in lower case and without a path, with commas between them',
  },
  mqttPort: {
    ...port,
    flag: '--mqtt-port',
    env: 'FLOWPOT_MQTT_PORT',
    default: anyMqttPort,
    defaultText: '1883, or the next free one',
    about: 'Port of the MQTT broker.',
  },
  mqttsPort: {
    ...port,
    flag: '--mqtts-port',
    env: 'FLOWPOT_MQTTS_PORT',
    default: 8883,
    about: 'Port of the MQTT broker under TLS, which needs a certificate and its key.',
  },
  mqttConnections: {
    ...positive('connections'),
    env: 'FLOWPOT_MQTT_CONNECTIONS',
    default: 25_000,
    about: 'How many connections the MQTT broker holds at once; more are closed as they come.',
  },
  mqttConnectionsPerAddress: {
    ...positive('connections'),
    env: 'FLOWPOT_MQTT_CONNECTIONS_PER_ADDRESS',
    default: 2_500,
    about:
      'How many of them may come from one address, or one IPv6 network of 64 bits. Raise it where many devices share an address, such as that of a TCP proxy.',
  },
  tlsCert: {
    ...text,
    placeholder: 'file',
    env: 'FLOWPOT_TLS_CERT',
    default: '',
    about: 'PEM file with the certificate and its intermediate certificates.',
  },
  tlsKey: {
    ...text,
    placeholder: 'file',
    env: 'FLOWPOT_TLS_KEY',
    default: '',
    about: "PEM file with the certificate's private key.",
  },
  data: {
    ...text,
    flag: '--data',
    env: 'FLOWPOT_DATA',
    default: '.flowpot',
    about: 'Folder for the database, the signing key and mail.',
  },
  databaseUrl: {
    placeholder: 'url',
    env: 'DATABASE_URL',
    default: '',
    about: 'A postgres:// address. Without one, data is kept with SQLite in the data folder.',
    parse: (value: string) => (/^postgres(ql)?:\/\//.test(value) || value === '' ? value : undefined),
    wanted: 'a postgres:// address',
  },
  signingKey: {
    placeholder: 'key',
    env: 'FLOWPOT_SIGNING_KEY',
    default: '',
    about: 'Key that signs tokens. Without one, a key is created on the first start and kept in the data folder.',
    parse: (value: string) => (isSigningKey(value) ? value : undefined),
    wanted: 'at least 32 characters that nobody can guess, such as openssl rand -hex 32 prints',
  },
  adminEmail: {
    ...text,
    env: 'FLOWPOT_ADMIN_EMAIL',
    default: '',
    about: 'E-mail address of the administrator, who may sign in to the REST API with the password below.',
  },
  adminPassword: {
    placeholder: 'password',
    env: 'FLOWPOT_ADMIN_PASSWORD',
    default: '',
    about: "The administrator's password; there is no default.",
    parse: (value: string) => (value.length >= 12 ? value : undefined),
    wanted: 'at least 12 characters',
  },
  tokenTtlSeconds: {
    ...positive('seconds'),
    env: 'FLOWPOT_TOKEN_TTL_SECONDS',
    default: 30 * 86_400,
    about: "How long an experience user's token is valid, unless the flow sets another time.",
  },
  signUpsPerHour: {
    ...positive('sign-ups'),
    env: 'FLOWPOT_SIGN_UPS_PER_HOUR',
    default: 100,
    about:
      'How many users the requests of one address may create through flows in an hour; further ones are answered with 429.',
  },
  runTimeoutMs: {
    ...positive('milliseconds', longestTimeoutMs),
    flag: '--run-timeout-ms',
    env: 'FLOWPOT_RUN_TIMEOUT_MS',
    default: 30_000,
    about: 'A run that takes longer fails, and its request is answered with 504.',
  },
  maxVisits: {
    ...positive('visits'),
    env: 'FLOWPOT_MAX_VISITS',
    default: 10_000,
    about: 'How many nodes one run may visit.',
  },
  maxPayloadBytes: {
    ...positive('bytes'),
    env: 'FLOWPOT_MAX_PAYLOAD_BYTES',
    default: 8 * 1024 * 1024,
    about: 'The approximate size to which a payload may grow.',
  },
  maxConcurrentRuns: {
    ...positive('runs'),
    env: 'FLOWPOT_MAX_CONCURRENT_RUNS',
    default: 1_000,
    about: 'How many runs may go on at the same time; further requests are answered with 503 and Retry-After.',
  },
  stateDays: {
    placeholder: 'days',
    env: 'FLOWPOT_STATE_DAYS',
    default: 0,
    defaultText: '0, for ever',
    about:
      'How long the states of devices are kept. Older ones are deleted at the start and every hour, some at a time.',
    parse: integer(0, 36_500),
    wanted: 'a whole number of days, or 0',
  },
  statePoints: {
    placeholder: 'points',
    env: 'FLOWPOT_STATE_POINTS',
    default: 0,
    defaultText: '0, all',
    about: 'How many points of each attribute of a device are kept, the newest.',
    parse: integer(0, Number.MAX_SAFE_INTEGER),
    wanted: 'a whole number of points, or 0',
  },
  waitingRuns: {
    ...positive('runs', 10_000_000),
    env: 'FLOWPOT_WAITING_RUNS',
    default: 10_000,
    about:
      'How many runs that webhooks, topics, states and flows have started may wait. Beyond that, webhooks and states are answered with 503.',
  },
  failedRuns: {
    ...positive('runs', 10_000),
    env: 'FLOWPOT_FAILED_RUNS',
    default: 100,
    about: 'How many runs of a flow that failed for good are kept with what they began with, for 30 days.',
  },
  runBytes: {
    ...positive('bytes'),
    env: 'FLOWPOT_RUN_BYTES',
    default: 64 * 1024 * 1024,
    about: 'How much that may take in the store: of all runs that wait, and of all that failed.',
  },
  scriptTimeoutMs: {
    ...positive('milliseconds', longestTimeoutMs / 2),
    env: 'FLOWPOT_SCRIPT_TIMEOUT_MS',
    default: 5_000,
    about: 'How long one script of a function node may take.',
  },
  scriptMemoryMb: {
    placeholder: 'megabytes',
    env: 'FLOWPOT_SCRIPT_MEMORY_MB',
    default: 64,
    about: 'How much memory one script of a function node may hold.',
    parse: integer(16, 1024),
    wanted: 'a whole number of megabytes from 16 to 1024',
  },
  scriptThreads: {
    placeholder: 'threads',
    env: 'FLOWPOT_SCRIPT_THREADS',
    default: 0,
    defaultText: 'one for each core, from 2 to 8',
    about: 'How many scripts of function nodes run at a time. One more is for flows and networks of which none runs.',
    parse: integer(1, 64),
    wanted: 'a whole number of threads from 1 to 64',
  },
  maxWaitingScripts: {
    ...positive('scripts', 100_000),
    env: 'FLOWPOT_MAX_WAITING_SCRIPTS',
    default: 100,
    about: 'How many scripts may wait for a thread; past it requests are answered 503 with Retry-After.',
  },
  bodyLimitBytes: {
    ...positive('bytes'),
    flag: '--body-limit-bytes',
    env: 'FLOWPOT_BODY_LIMIT_BYTES',
    default: 1024 * 1024,
    about: "How large a request's body may be; a larger one is answered with 413.",
  },
  maxPipelinedRequests: {
    ...positive('requests'),
    env: 'FLOWPOT_MAX_PIPELINED_REQUESTS',
    default: 64,
    about: 'How many requests of one HTTP connection may wait for their answers; a connection with more is ended.',
  },
  maxConnections: {
    ...positive('connections', 1_000_000),
    env: 'FLOWPOT_MAX_CONNECTIONS',
    default: 10_000,
    about: 'How many connections the HTTP listeners accept, each; further ones are dropped.',
  },
  connectionsPerAddress: {
    ...positive('connections', 1_000_000),
    env: 'FLOWPOT_CONNECTIONS_PER_ADDRESS',
    default: 1_000,
    about:
      'How many of them one address, or one IPv6 network, may have. Not counted if FLOWPOT_TRUST_PROXY trusts a proxy.',
  },
  unreadTimeoutMs: {
    ...positive('milliseconds', longestTimeoutMs / 2),
    env: 'FLOWPOT_UNREAD_TIMEOUT_MS',
    default: 30_000,
    about: 'A connection whose client reads nothing of a reply ends after this time, and before twice as long.',
  },
  maxBodyKeys: {
    ...positive('keys'),
    env: 'FLOWPOT_MAX_BODY_KEYS',
    default: 10_000,
    about: "How many different keys a request's body may have, and how many fields a form; past it 413.",
  },
  maxFormParts: {
    ...positive('parts'),
    env: 'FLOWPOT_MAX_FORM_PARTS',
    default: 1_000,
    about: 'How many parts a multipart form may have; past it 413.',
  },
  maxFormFiles: {
    ...positive('files'),
    env: 'FLOWPOT_MAX_FORM_FILES',
    default: 100,
    about: 'How many of the parts of a multipart form may be files; past it 413.',
  },
  maxCompressionRatio: {
    ...positive('times'),
    env: 'FLOWPOT_MAX_COMPRESSION_RATIO',
    default: 100,
    about:
      'How many times its size a compressed body may become, past 64 KB and below the limit of a body; past it 413.',
  },
  tokenInQuery: {
    placeholder: 'true|false',
    env: 'FLOWPOT_TOKEN_IN_QUERY',
    default: true,
    about:
      "Take a user's or device's token from the query parameter authorization too, which stays in histories and in the logs of proxies.",
    parse: (value: string) => (value === 'true' ? true : value === 'false' ? false : undefined),
    wanted: 'true or false',
  },
  trustProxy: {
    placeholder: 'proxies',
    env: 'FLOWPOT_TRUST_PROXY',
    default: 0,
    defaultText: 'false',
    about:
      'Believe X-Forwarded-For, X-Forwarded-Proto and X-Forwarded-Host of the proxy in front (`true`), of so many proxies in a row (`2`), or of those in a list of networks (`10.0.0.0/8, 192.0.2.7`). For use behind a proxy only: with a number, whoever comes past it says who they are.',
    parse: readTrustedProxies,
    wanted: 'true, false, a number of proxies below 100, or a list of their addresses and networks',
  },
  smtpUrl: {
    placeholder: 'url',
    env: 'FLOWPOT_SMTP_URL',
    default: '',
    about: 'The SMTP server that sends mail. Without one, mail is kept as files in the folder mail of the data folder.',
    parse: (value: string) => (isSmtpUrl(value) ? value : undefined),
    wanted: 'an address such as smtps://user:password@mail.example.com',
  },
  mailFrom: {
    placeholder: 'address',
    env: 'FLOWPOT_MAIL_FROM',
    default: '',
    about: 'Sender of mail whose flow does not set one.',
    parse: (value: string) => (parseMailbox(value) ? value : undefined),
    wanted: 'an e-mail address, such as Flowpot <flowpot@example.com>',
  },
  record: {
    placeholder: 'runs',
    flag: '--record',
    env: 'FLOWPOT_RECORD',
    default: '',
    defaultText: 'failed; with --watch all',
    about: 'Which runs are recorded with everything that they did: off, failed or all.',
    parse: (value: string) => (['off', 'failed', 'all'].includes(value) ? value : undefined),
    wanted: 'one of off, failed, all',
  },
  recordedRuns: {
    ...positive('runs', 10_000),
    env: 'FLOWPOT_RECORDED_RUNS',
    default: 20,
    about:
      'How many recorded runs of each flow are kept: the latest in memory, and the latest failed ones in the store.',
  },
  recordedBytes: {
    ...positive('bytes'),
    env: 'FLOWPOT_RECORDED_BYTES',
    default: 16 * 1024 * 1024,
    about:
      'How much space the recorded runs of all flows may take, in memory and again in the store. Of one run at most about 256 kB are kept.',
  },
  recordedDays: {
    ...positive('days', 36_500),
    env: 'FLOWPOT_RECORDED_DAYS',
    default: 7,
    about: 'How long recorded runs are kept.',
  },
  logLevel: {
    placeholder: 'level',
    flag: '--log-level',
    env: 'FLOWPOT_LOG_LEVEL',
    default: 'info',
    about: `What goes to the log, on standard error: ${logLevels.join(', ')}.`,
    parse: (value: string) => (logLevels.includes(value) ? value : undefined),
    wanted: `one of ${logLevels.join(', ')}`,
  },
  logLineBytes: {
    placeholder: 'bytes',
    env: 'FLOWPOT_LOG_LINE_BYTES',
    default: 8 * 1024,
    about: 'How long a line of the log may be. A longer one is cut, and says at `cut` how long it was.',
    parse: integer(1024, 100_000_000),
    wanted: 'a whole number of bytes, 1024 or more',
  },
  logBytesPerMinute: {
    ...positive('bytes'),
    env: 'FLOWPOT_LOG_BYTES_PER_MINUTE',
    default: 16 * 1024 * 1024,
    about: 'How much the log may take in a minute before each further line is cut to 512 bytes. No line is left out.',
  },
  logLinesOfRun: {
    ...positive('lines'),
    env: 'FLOWPOT_LOG_LINES_OF_RUN',
    default: 100,
    about: 'How many lines one run may log, its errors apart; the log leaves out the others.',
  },
} satisfies Record<string, Setting<string> | Setting<number> | Setting<boolean> | Setting<TrustedProxies>>

type Definitions = typeof settingDefinitions
export type Settings = { readonly [Key in keyof Definitions]: NonNullable<ReturnType<Definitions[Key]['parse']>> }
export type SettingFlags = { readonly [Key in keyof Definitions]?: string }

/** Options take precedence over environment variables, and those over defaults. Throws `SETTING_INVALID`, which names the option or variable. */
export function readSettings(flags: SettingFlags, env: Readonly<Record<string, string | undefined>>): Settings {
  const entries = Object.entries(settingDefinitions).map(([key, definition]) => {
    const setting: AnySetting = definition
    const flag = flags[key as keyof Definitions]
    const value = flag ?? (env[setting.env] || undefined)
    if (value === undefined) return [key, setting.default]
    const parsed = setting.parse(value)
    if (parsed !== undefined) return [key, parsed]
    const name = flag === undefined || !setting.flag ? setting.env : setting.flag
    const shown = setting.flag ? value : '…'
    throw settingInvalid({ setting: name, value: shown, wanted: setting.wanted })
  })
  // Boundary: `Object.fromEntries` loses which value belongs to which key; each was parsed by its own definition.
  return Object.fromEntries(entries) as Settings
}
