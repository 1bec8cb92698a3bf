/** What runs and their scripts may take, and how many may wait. */
import { type Declarations, integer, longestTimeoutMs, positive } from './setting.ts'

export const runSettings = {
  runTimeoutMs: {
    ...positive('milliseconds', 30_000, longestTimeoutMs),
    isOption: true,
    about: 'A run that takes longer fails, and its request is answered with 504.',
  },
  maxVisits: {
    ...positive('visits', 10_000),
    about: 'How many nodes one run may visit.',
  },
  maxPayloadBytes: {
    ...positive('bytes', 8 * 1024 * 1024),
    about: 'The approximate size to which a payload may grow.',
  },
  maxConcurrentRuns: {
    ...positive('runs', 1_000),
    about: 'How many runs may be in progress at the same time. Further requests are answered with 503 and Retry-After.',
  },
  waitingRuns: {
    ...positive('runs', 10_000, 10_000_000),
    about:
      'How many runs that webhooks, topics, states and flows have started may wait. Beyond that, webhooks and states are answered with 503.',
  },
  failedRuns: {
    ...positive('runs', 100, 10_000),
    about: 'How many runs of a flow that failed for good are kept, with the data that they began with, for 30 days.',
  },
  runBytes: {
    ...positive('bytes', 64 * 1024 * 1024),
    about: 'How much space all waiting runs, and again all failed ones, may take in the store.',
  },
  scriptTimeoutMs: {
    ...positive('milliseconds', 5_000, longestTimeoutMs / 2),
    about: 'How long one script of a function node may take.',
  },
  scriptMemoryMb: {
    placeholder: 'megabytes',
    default: 64,
    about: 'How much memory one script of a function node may hold.',
    parse: integer(16, 1024),
    wanted: 'a whole number of megabytes from 16 to 1024',
  },
  scriptThreads: {
    placeholder: 'threads',
    default: 0,
    defaultText: 'one for each core, from 2 to 8',
    about:
      'How many scripts of function nodes run at a time. One more thread is kept for flows and networks of which no script is running.',
    parse: integer(1, 64),
    wanted: 'a whole number of threads from 1 to 64',
  },
  maxWaitingScripts: {
    ...positive('scripts', 100, 100_000),
    about: 'How many scripts may wait for a thread. Beyond that, requests are answered with 503 and Retry-After.',
  },
} satisfies Declarations
