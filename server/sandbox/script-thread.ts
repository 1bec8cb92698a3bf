/** Entry point of a thread that runs scripts, one at a time. */
import { parentPort, workerData } from 'node:worker_threads'
import { buffer } from './buffer.ts'
import { intl } from './intl.ts'
import { openMachine } from './machine.ts'
import type { FromThread, Job, Limits } from './messages.ts'
import { openGuest } from './open-guest.ts'
import { hasGrown, runScript } from './run-script.ts'
import { web } from './web.ts'

async function serve(port: NonNullable<typeof parentPort>): Promise<void> {
  // QuickJS calls this to learn the local time zone. For scripts that is UTC, wherever the server runs.
  Date.prototype.getTimezoneOffset = () => 0
  // Boundary: the pool has passed these limits.
  const limits = workerData as Limits
  const machine = await openMachine(limits.memoryMb, (now) => {
    Date.now = now
  })
  const guest = openGuest(machine, limits.memoryMb, [buffer, intl, web])
  const say = (message: FromThread) => port.postMessage(message)
  port.on('message', (job: Job) => {
    const answer = runScript(machine, guest, limits, job)
    say({ answer, isSpent: hasGrown(machine, limits) })
  })
  say('ready')
}

if (parentPort) await serve(parentPort)
