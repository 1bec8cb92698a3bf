/** Measures the registration of a device over HTTP, round by round, so that a noisy machine affects all variants. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import autocannon from 'autocannon'
import type { Variant } from './target.ts'

export interface RegistrationTimes {
  readonly variant: Variant
  /** Medians over the rounds. */
  readonly requestsPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly perRound: readonly number[]
}

interface Target {
  readonly variant: Variant
  readonly child: ChildProcess
  readonly url: string
  readonly token: string
  readonly data: string
}

/** The length of a round: `duration` in seconds, or `amount` in requests. */
type LoadSize = { readonly duration: number } | { readonly amount: number }

const connections = 50

export async function benchRegistration(
  variants: readonly Variant[],
  { rounds, ...size }: { rounds: number } & LoadSize,
): Promise<RegistrationTimes[]> {
  const targets: Target[] = []
  try {
    for (const variant of variants) targets.push(await startTarget(variant))
    const results = new Map<Variant, autocannon.Result[]>(variants.map((variant) => [variant, []]))
    for (const target of targets) await load(target, size)
    for (let round = 0; round < rounds; round++) {
      for (const target of targets) results.get(target.variant)?.push(await load(target, size))
    }
    return variants.map((variant) => summarise(variant, results.get(variant) ?? []))
  } finally {
    for (const { child, data } of targets) {
      child.kill('SIGTERM')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
      await rm(data, { recursive: true, force: true })
    }
  }
}

async function startTarget(variant: Variant): Promise<Target> {
  const data = await mkdtemp(join(tmpdir(), 'flowpot-bench-'))
  const file = fileURLToPath(new URL('./target.js', import.meta.url))
  // The flags of this process are those of `npm start`.
  const child = spawn(process.execPath, [...process.execArgv, file, variant, data], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  for await (const line of createInterface({ input: child.stdout })) {
    const { url, token } = JSON.parse(line) as { url: string; token: string }
    return { variant, child, url, token, data }
  }
  throw new Error(`The target ${variant} did not start.`)
}

async function load({ url, token, variant }: Target, size: LoadSize): Promise<autocannon.Result> {
  const result = await autocannon({
    url: `${url}/devices`,
    method: 'POST',
    connections,
    ...size,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ deviceName: 'My Awesome Plant', manufacturerId: '000000' }),
  })
  const wrong = result.non2xx + result.errors
  if (wrong > 0 || result['2xx'] === 0) throw new Error(`${variant}: ${wrong} requests were not answered 201.`)
  return result
}

function summarise(variant: Variant, results: readonly autocannon.Result[]): RegistrationTimes {
  return {
    variant,
    requestsPerSecond: median(results.map(({ requests }) => requests.average)),
    p50Ms: median(results.map(({ latency }) => latency.p50)),
    p99Ms: median(results.map(({ latency }) => latency.p99)),
    perRound: results.map(({ requests }) => requests.average),
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
