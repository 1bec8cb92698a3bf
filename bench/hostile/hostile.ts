/** How long an honest client waits while a stranger sends the costliest requests that there are: a row for each kind. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { startChild } from '../child.ts'
import { quantile } from '../statistics.ts'
import { attacks } from './attacks.ts'
import type { HostileTarget } from './target.ts'

/** No request may keep others waiting for longer, on a machine that does nothing else. */
const maxWaitMs = 250

/** Sends each attack `times` times. Returns whether all rows are below the bound. */
export async function benchHostile(times: number, print: (line?: string) => void): Promise<boolean> {
  const data = await mkdtemp(join(tmpdir(), 'flowpot-bench-'))
  const server = startChild('./hostile-target.js', [data])
  const honest = startChild('./hostile-client.js')
  try {
    const target = await server.ask<HostileTarget>('start')
    print(`${'max ms'.padStart(8)}${'p95 ms'.padStart(8)}   what an honest client waits, next to`)
    const late: string[] = []
    for (const { name, honestPath = '/honest', prepare } of attacks) {
      const attack = await prepare(target)
      await honest.ask({ ask: `${target.experience}${honestPath}` })
      let answer = ''
      for (let time = 0; time < times; time++) {
        answer = await attack().catch((error: unknown) => `not answered: ${String(error)}`)
        // The honest client asks at least once between two.
        await pause(50)
      }
      const waits = await honest.ask<number[]>('stop')
      const [max, p95] = [Math.max(...waits), quantile(waits, 0.95)]
      const isLate = max > maxWaitMs
      if (isLate) late.push(name)
      print(`${max.toFixed(0).padStart(8)}${p95.toFixed(0).padStart(8)} ${isLate ? '!' : ' '} ${name} (${answer})`)
    }
    print()
    print(
      late.length === 0
        ? `None over ${maxWaitMs} ms.`
        : `Over ${maxWaitMs} ms: ${late.length} of ${attacks.length}, marked with !`,
    )
    return late.length === 0
  } finally {
    await Promise.all([server.stop(), honest.stop()])
    await rm(data, { recursive: true, force: true })
  }
}
