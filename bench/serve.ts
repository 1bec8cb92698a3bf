import type { Settings } from '../server/settings.ts'
import { startServer } from '../server.ts'

/** Starts the whole server, as `npm start` does. `urlOf` finds where one of its listeners is. */
export async function serve(flows: string, settings: Settings) {
  const { server } = await startServer(flows, settings)
  if (!server) throw new Error('The flows are not sound.')
  const urlOf = (listener: 'experience' | 'platform' | 'mqtt'): string => {
    const found = server.listening.find(({ name }) => name === listener)
    if (!found) throw new Error(`The server has no listener ${listener}.`)
    return found.url
  }
  return { ...server, urlOf }
}
