import { Cron } from 'croner'
import { Type } from 'typebox'
import { zoneNamed } from '../../contracts/time-zone.ts'
import { objectShape } from '../../engine/json-schema/shape.ts'
import { defineTrigger, type TimerSpec, type TriggerCheck } from '../../engine/trigger.ts'
import { flag } from '../parts/flag.ts'
import { wrongValue } from '../parts/misplaced.ts'

/** Losant's bounds. */
const secondsOfYear = 31_622_400

export const timer = defineTrigger({
  key: 'timer',
  losant: 'timer',
  summary: 'A point in time is reached, once or regularly.',
  description: `\`data\` is empty; \`time\` is when the run was started.

\`cron\` has five fields (minute, hour, day of the month, month, day of the week) or six, with the second first, or is one of
\`@yearly @monthly @weekly @daily @hourly\`. Without \`timeZone\`, it is in UTC. \`seconds\` count from when it last fired.

A time that passed while the process was down is skipped, unless \`late: true\` is set: then it fires once as soon as possible, however
many times were missed. Two runs of the same flow may overlap.`,
  config: Type.Object({
    timer: Type.Union(
      [
        Type.Object({
          seconds: Type.Number({ minimum: 1, maximum: secondsOfYear, description: 'The interval in seconds.' }),
        }),
        Type.Object({
          cron: Type.String({ minLength: 1, maxLength: 255, description: 'The cron expression.' }),
          timeZone: Type.Optional(Type.String({ description: 'IANA name.', examples: ['Europe/Berlin'] })),
        }),
      ],
      { description: 'When it fires: every so many `seconds`, or by a `cron` expression.' },
    ),
    late: flag('Whether it fires once, late, if it was due while the process was down.'),
  }),
  isQueued: true,
  label: ({ timer: when }) =>
    'seconds' in when ? `${when.seconds} s` : [when.cron, when.timeZone].filter(Boolean).join(' '),
  sample: () => ({}),
  shape: () => ({ data: objectShape({}) }),
  check,
  compile: ({ timer: when, late = false }): TimerSpec => {
    if ('seconds' in when) return { late, next: (from) => from + when.seconds * 1000 }
    const cron = createCron(when.cron, when.timeZone)
    return { late, next: (from) => cron.nextRun(new Date(from))?.getTime() }
  },
  examples: [
    { title: 'Every five minutes', yaml: 'timer: { seconds: 300 }' },
    {
      title: 'On weekdays at nine in Berlin, even if late',
      yaml: `timer: { cron: 0 9 * * 1-5, timeZone: Europe/Berlin }
late: true`,
    },
  ],
})

/** Only computes times: a paused `Cron` schedules nothing. */
function createCron(cron: string, timeZone = 'UTC'): Cron {
  return new Cron(cron, { timezone: timeZone, paused: true })
}

function check({ config: { timer: when }, report }: TriggerCheck): void {
  if (typeof when !== 'object' || when === null || !('cron' in when)) return
  const timeZone = 'timeZone' in when ? String(when.timeZone) : 'UTC'
  if (!zoneNamed(timeZone)) {
    const hint = 'Write its IANA name: Europe/Berlin, America/New_York, UTC.'
    wrongValue(report, ['timer', 'timeZone'], `There is no time zone "${timeZone}".`, hint)
    return
  }
  const problem = whyNeverDue(String(when.cron), timeZone)
  if (problem === undefined) return
  const hint = 'Write minute, hour, day of the month, month and day of the week: 0 9 * * 1-5.'
  wrongValue(report, ['timer', 'cron'], `"${String(when.cron)}" never fires: ${problem}`, hint)
}

function whyNeverDue(cron: string, timeZone: string): string | undefined {
  try {
    return createCron(cron, timeZone).nextRun() ? undefined : 'no date matches it.'
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
