/** A test that starts processes. It gets folders of its own, and everything is removed and stopped afterwards. */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'vitest'
import { type Flowpot, type StartOptions, startCli, startFlowpot, temporaryFolder } from './flowpot-process.ts'

export interface Scene {
  /** An empty folder, removed after the test. */
  folder(files?: Readonly<Record<string, string>>): Promise<string>
  /** Uses a new data folder unless `data` names one. */
  start(options?: Partial<StartOptions>): Promise<Flowpot>
  cli(args: readonly string[], env?: Readonly<Record<string, string>>, input?: string): ReturnType<typeof startCli>
  /** Runs after the test, before its folders are removed. */
  after(end: () => unknown): void
}

export const it = test.extend<{ scene: Scene }>({
  // Vitest reads from the pattern which fixtures a fixture needs.
  // biome-ignore lint/correctness/noEmptyPattern: none
  scene: async ({}, use) => {
    const folders: { path: string; remove(): Promise<void> }[] = []
    const living = new Set<ChildProcess>()
    const ends: (() => unknown)[] = []
    const folder: Scene['folder'] = async (files) => {
      const made = await temporaryFolder(files)
      folders.push(made)
      return made.path
    }
    await use({
      folder,
      start: async (options = {}) => startFlowpot({ living, ...options, data: options.data ?? (await folder()) }),
      cli: (args, env = {}, input = '') => startCli(args, { env, living, input }),
      after: (end) => ends.push(end),
    })
    for (const end of ends) await end()
    await Promise.all([...living].map(kill))
    await Promise.all(folders.map((made) => made.remove()))
  },
})

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}
