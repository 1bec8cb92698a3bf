/** Calls at a time, however far off: a clock that is set anew, or a machine that slept, makes it late by a minute at most. */

export interface Alarm {
  /** In place of the time before; `undefined` is never. Milliseconds since 1970. */
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
