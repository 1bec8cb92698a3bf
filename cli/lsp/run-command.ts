/** Runs `flowpot` itself as a process of its own, so that a flow that never ends leaves the editor alone. */
import { execFile } from 'node:child_process'

/** Nobody waits longer for tests in an editor. */
const maxMs = 10 * 60_000
const maxBytes = 16 * 1024 * 1024

export interface Outcome {
  readonly code: number
  readonly output: string
  readonly errors: string
}

const running = new Set<ReturnType<typeof execFile>>()

export function runFlowpot(args: readonly string[]): Promise<Outcome> {
  const [, cli = ''] = process.argv
  return new Promise((resolve) => {
    const options = { timeout: maxMs, maxBuffer: maxBytes }
    const child = execFile(process.execPath, [cli, ...args], options, (error, output, errors) => {
      running.delete(child)
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1
      resolve({ code, output, errors: errors || (error !== null && output === '' ? error.message : '') })
    })
    running.add(child)
  })
}

export function endAll(): void {
  for (const child of running) child.kill()
}
