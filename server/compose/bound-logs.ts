/** Bounds what one run logs. Otherwise one request could fill the log through a flow that logs in a loop over the request's items. */
import type { Application, RunLog } from '../../engine/application.ts'

/** Returns the application with bounded logs: after `lines` lines, a run logs only errors. */
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
    else if (left === 0) log('warn', `The run has logged ${lines} lines, so further ones are left out.`)
    if (level !== 'error') left--
  }
}
