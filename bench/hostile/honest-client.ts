/**
 * The honest client, in a process of its own, so that what it waits for is the server alone. It asks one request after another on one connection, and
 * answers the message `{ ask: URL }` once the first is answered, and `'stop'` with how long each of the others took.
 */
import { Agent, get } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { answerParent } from '../child.ts'

export type HonestMessage = { readonly ask: string } | 'stop'

const pauseMs = 5

// On Linux all of 127.0.0.0/8 is this machine, so the honest client has an address of its own, as honest clients have.
const agent = new Agent({
  keepAlive: true,
  maxSockets: 1,
  ...(process.platform === 'linux' ? { localAddress: '127.0.0.2' } : {}),
})

let waits: number[] = []
let isAsking = false
let asking = Promise.resolve()

async function askAgainAndAgain(url: string): Promise<void> {
  while (isAsking) {
    const began = performance.now()
    await ask(url)
    waits.push(performance.now() - began)
    await pause(pauseMs)
  }
}

function ask(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`The honest client was answered ${response.statusCode}.`))
      response.resume().on('end', resolve)
    }).on('error', reject)
  })
}

answerParent(async (message: HonestMessage) => {
  if (message === 'stop') {
    isAsking = false
    await asking
    return waits
  }
  await ask(message.ask)
  waits = []
  isAsking = true
  asking = askAgainAndAgain(message.ask)
  return 'begun'
})
