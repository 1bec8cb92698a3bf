/** Calls a function at a given time, however distant. If the clock is changed or the machine sleeps, it is late by a minute at most. */

export interface Alarm {
  /** Replaces the time, in milliseconds since 1970. `undefined` stops the alarm. */
  set(at: number | undefined): void
}

const longestWaitMs = 60_000

export function createAlarm(clock: { now(): number }, ring: () => void): Alarm {
  let timer: NodeJS.Timeout | undefined
  const wait = (at: number): void => {
    const ms = at - clock.now()
    timer = setTimeout(
      () => {
        if (clock.now() >= at) ring()
        else wait(at)
      },
      Math.min(Math.max(ms, 0), longestWaitMs),
    )
  }
  return {
    set(at) {
      clearTimeout(timer)
      if (at !== undefined) wait(at)
    },
  }
}
