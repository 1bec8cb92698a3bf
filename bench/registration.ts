/** Measures the registration of a device over HTTP, round by round, so that a noisy machine affects all variants. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import autocannon from 'autocannon'
import { type Child, startChild } from './child.ts'
import { median } from './statistics.ts'
import type { Started, Variant } from './target.ts'

export interface RegistrationTimes {
  readonly variant: Variant
  /** Medians over the rounds. */
  readonly requestsPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly perRound: readonly number[]
}

interface Target extends Started {
  readonly variant: Variant
  readonly child: Child
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
      await child.stop()
      await rm(data, { recursive: true, force: true })
    }
  }
}

async function startTarget(variant: Variant): Promise<Target> {
  const data = await mkdtemp(join(tmpdir(), 'flowpot-bench-'))
  const child = startChild('./target.js', [variant, data])
  return { variant, child, data, ...(await child.ask<Started>('start')) }
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
