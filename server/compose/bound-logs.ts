/** Bounds what one run logs: a flow that logs in a loop over what a client sent would fill the log with one request. */
import type { Application, RunLog } from '../../engine/application.ts'

/** The same application. Past `lines` a run logs no more, errors apart. */
export function boundLogs(application: Application, lines: number): Application {
  return {
    ...application,
    start: (request, observers) => application.start({ ...request, log: boundLog(request.log, lines) }, observers),
  }
}

function boundLog(log: RunLog, lines: number): RunLog {
  let left = lines
  return (level, message, details) => {
    if (level === 'error' || left > 0) log(level, message, details)
    else if (left === 0) log('warn', `The run has logged ${lines} lines, so the log leaves out the others.`)
    if (level !== 'error') left--
  }
}
