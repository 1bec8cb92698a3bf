/**
 * `npm run bench`: compares the product with the same application written by hand, both measured in one run. `--sanity` only checks that
 * everything runs, `--devices` measures only devices, `--long` adds queries over ten million points, and `--hostile` measures only how
 * long an honest client waits next to strangers.
 */
import { benchDevices } from './devices.ts'
import { benchEngine } from './engine.ts'
import { benchHostile } from './hostile/hostile.ts'
import { column, headings, print } from './print.ts'
import { benchRegistration } from './registration.ts'
import { medianRatio } from './statistics.ts'
import type { Variant } from './target.ts'

const isSanity = process.argv.includes('--sanity')
const devices = { isSanity, isLong: process.argv.includes('--long') }
if (process.argv.includes('--hostile')) {
  process.exit((await benchHostile(isSanity ? 1 : 3)) ? 0 : 1)
}
if (process.argv.includes('--devices')) {
  await benchDevices(devices)
  process.exit()
}

const names: Readonly<Record<Variant, string>> = {
  flow: '(a) the flow register-device.yaml',
  'hand-written': '(b) the same by hand, on Fastify and the platform',
  'commit-each': '(c) as (b), with a commit for each write',
  constant: '(d) Fastify answering a constant',
}

const variants: Variant[] = ['flow', 'hand-written', 'commit-each', 'constant']
// Many short rounds, so that other load on the machine affects all variants equally.
const rounds = isSanity ? 1 : 12
// The sanity run counts requests instead of seconds: on a busy disk, one commit per connection may take longer than a round.
const times = await benchRegistration(variants, { rounds, ...(isSanity ? { amount: 500 } : { duration: 2 }) })

print(`POST /devices at 50 connections, ${isSanity ? '1 round of 500 requests' : '12 rounds of 2 s each'}, medians`)
print()
print(headings(['requests/s', 'p50 ms', 'p99 ms']))
for (const { variant, requestsPerSecond, p50Ms, p99Ms } of times) {
  print(`${column(requestsPerSecond, 12, 0)}${column(p50Ms)}${column(p99Ms)}   ${names[variant]}`)
}
print()
print(`a/b ${ratio('flow', 'hand-written')}   throughput compared with the hand-written route; at least 0.85`)
print(`a/c ${ratio('flow', 'commit-each')}   gain from shared commits; at least 3`)
print(`a/d ${ratio('flow', 'constant')}   compared with doing nothing`)

const engine = await benchEngine(isSanity ? 20 : 5000)
print()
print(
  `A run through ten synchronous nodes: ${engine.medianMicros.toFixed(2)} µs median, ${engine.p99Micros.toFixed(2)} µs p99; under 10 µs`,
)

print()
await benchDevices(devices)

function ratio(one: Variant, other: Variant): string {
  const rounds = (variant: Variant) => times.find((found) => found.variant === variant)?.perRound ?? []
  return medianRatio(rounds(one), rounds(other))
}
