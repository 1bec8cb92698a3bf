/**
 * The server that is attacked: `hostile-target.js DATA-FOLDER`. Answers the message `'start'` with where it listens and what an
 * administrator needs.
 */
import { fileURLToPath } from 'node:url'
import { readSettings } from '../../server/settings.ts'
import { answerParent } from '../child.ts'
import { serve } from '../serve.ts'

export interface HostileTarget {
  /** URLs of the endpoints and of the REST API. */
  readonly experience: string
  readonly platform: string
  readonly applicationId: string
  readonly adminToken: string
}

// This file is bundled into a folder of dist/bench/.
const flows = fileURLToPath(new URL('../../../bench/hostile/flows', import.meta.url))

async function start(data: string): Promise<HostileTarget> {
  const settings = readSettings(
    { data, port: '0', platformPort: '0', mqttPort: '0', logLevel: 'silent', signUpsPerHour: '1000000' },
    {},
  )
  const { urlOf, applicationId, adminToken } = await serve(flows, settings)
  if (adminToken === undefined) throw new Error('The data folder has been used before.')
  return { experience: urlOf('experience'), platform: urlOf('platform'), applicationId, adminToken }
}

const [data] = process.argv.slice(2)
if (data === undefined) throw new Error('usage: hostile-target.js DATA-FOLDER')
answerParent(() => start(data))
