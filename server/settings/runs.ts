/** What runs and their scripts may take, and how many may wait. */
import { integer, longestTimeoutMs, positive, type Setting } from './setting.ts'

export const runSettings = {
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
} satisfies Record<string, Setting<number>>
