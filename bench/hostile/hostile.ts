/** How long an honest client waits while a stranger sends the costliest requests that there are: a row for each kind. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { startChild } from '../child.ts'
import { column, headings, print } from '../print.ts'
import { quantile } from '../statistics.ts'
import { attacks } from './attacks.ts'
import type { HostileTarget } from './target.ts'

/** No request may keep others waiting for longer, on a machine that does nothing else. */
const maxWaitMs = 250

/** Sends each attack `times` times. Returns whether all rows are below the bound, and each attack was answered as it is meant to be. */
export async function benchHostile(times: number): Promise<boolean> {
  const data = await mkdtemp(join(tmpdir(), 'flowpot-bench-'))
  const server = startChild('./hostile-target.js', [data])
  const honest = startChild('./hostile-client.js')
  try {
    const target = await server.ask<HostileTarget>('start')
    print(`${headings(['max ms', 'p95 ms'])}   what an honest client waits, next to`)
    const late: string[] = []
    const unmeant: string[] = []
    for (const { name, honestPath = '/honest', answer: wanted, prepare } of attacks) {
      const attack = await prepare(target)
      await honest.ask({ ask: `${target.experience}${honestPath}` })
      const answers = new Set<string>()
      for (let time = 0; time < times; time++) {
        answers.add(await attack().catch((error: unknown) => `not answered: ${String(error)}`))
        // The honest client asks at least once between two.
        await pause(50)
      }
      const waits = await honest.ask<number[]>('stop')
      const [max, p95] = [Math.max(...waits), quantile(waits, 0.95)]
      const isLate = max > maxWaitMs
      if (isLate) late.push(name)
      const isMeant = [...answers].every((answer) => wanted.test(answer))
      if (!isMeant) unmeant.push(name)
      const marks = `${isLate ? '!' : ' '}${isMeant ? ' ' : '?'}`
      print(`${column(max, 12, 0)}${column(p95, 10, 0)} ${marks} ${name} (${[...answers].join('; ')})`)
    }
    print()
    print(
      late.length === 0
        ? `None over ${maxWaitMs} ms.`
        : `Over ${maxWaitMs} ms: ${late.length} of ${attacks.length}, marked with !`,
    )
    if (unmeant.length > 0)
      print(`Not answered as it is meant to be, so not the attack: ${unmeant.length}, marked with ?`)
    return late.length === 0 && unmeant.length === 0
  } finally {
    await Promise.all([server.stop(), honest.stop()])
    await rm(data, { recursive: true, force: true })
  }
}
