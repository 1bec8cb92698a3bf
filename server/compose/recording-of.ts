import { type RecorderOptions, recordModes } from '../recorder/recorder.ts'
import type { Settings } from '../settings.ts'

/** Which runs are recorded, and how many of them are kept. */
export function recordingOf(settings: Settings): Omit<RecorderOptions, 'platform'> {
  return {
    mode: recordModes.find((mode) => mode === settings.record) ?? 'failed',
    bounds: {
      runsOfFlow: settings.recordedRuns,
      bytes: settings.recordedBytes,
      ms: settings.recordedDays * 86_400_000,
    },
    settings,
  }
}
