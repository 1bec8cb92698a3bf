/** What is recorded of runs, and what is logged. */
import { type Declarations, integer, positive } from './setting.ts'

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']

export const logSettings = {
  record: {
    placeholder: 'runs',
    isOption: true,
    default: '',
    defaultText: 'failed; with --watch all',
    about: 'Which runs are recorded node by node: off, failed or all.',
    parse: (value: string) => (['off', 'failed', 'all'].includes(value) ? value : undefined),
    wanted: 'one of off, failed, all',
  },
  recordedRuns: {
    ...positive('runs', 20, 10_000),
    about:
      'How many recorded runs of each flow are kept: the latest in memory, and the latest failed ones in the store.',
  },
  recordedBytes: {
    ...positive('bytes', 16 * 1024 * 1024),
    about:
      'How much space the recorded runs of all flows may take, in memory and again in the store. At most about 256 kB of one run are kept.',
  },
  recordedDays: {
    ...positive('days', 7, 36_500),
    about: 'How long recorded runs are kept.',
  },
  logLevel: {
    placeholder: 'level',
    isOption: true,
    default: 'info',
    about: `What goes to the log, on standard error: ${logLevels.join(', ')}.`,
    parse: (value: string) => (logLevels.includes(value) ? value : undefined),
    wanted: `one of ${logLevels.join(', ')}`,
  },
  logLineBytes: {
    placeholder: 'bytes',
    default: 8 * 1024,
    about: 'How long a line of the log may be. A longer one is cut, and its field `cut` says how long it was.',
    parse: integer(1024, 100_000_000),
    wanted: 'a whole number of bytes, 1024 or more',
  },
  logBytesPerMinute: {
    ...positive('bytes', 16 * 1024 * 1024),
    about: 'How much the log may grow in a minute before each further line is cut to 512 bytes. No line is left out.',
  },
  logLinesOfRun: {
    ...positive('lines', 100),
    about: 'How many lines one run may log, not counting errors. Further ones are left out.',
  },
} satisfies Declarations
