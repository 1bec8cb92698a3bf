/** What is recorded of runs, and what is logged. */
import { integer, positive, type Setting } from './setting.ts'

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']

export const logSettings = {
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
} satisfies Record<string, Setting<string> | Setting<number>>
