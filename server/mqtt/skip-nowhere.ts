/** Spares a message that goes to nobody the way to everybody. */
import type { Aedes, Client, PublishPacket } from 'aedes'
import { nowhere } from './take-publish.ts'

type Done = (error?: Error) => void

/** Aedes' handlers call `publish` with the client between packet and callback, of which its types say nothing. */
type Publish = (packet: PublishPacket, client: Client | null | Done, done?: Done) => void

/**
 * Of what a state takes, a tenth was Aedes on its way to nobody: a packet of its own, a series of steps, a search for
 * filters that match.
 */
export function skipNowhere(aedes: Aedes): void {
  const publish = aedes.publish.bind(aedes) as Publish
  aedes.publish = (packet: PublishPacket, client: Client | null | Done, done?: Done) => {
    if (packet.topic === nowhere && done) done()
    else publish(packet, client, done)
  }
}
