/** Values that flows keep, by key. */
import type { Platform } from './platform.ts'

export interface Storage {
  get(key: string): Promise<unknown>
  update(key: string, change: (value: unknown) => unknown): Promise<unknown>
}

export function createStorage(_platform: Platform): Storage {
  const notYet = async () => {
    throw new Error('Not built yet.')
  }
  return { get: notYet, update: notYet }
}
