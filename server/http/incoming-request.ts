/** A request that changes to another protocol only if that is WebSocket, and is served as any other if not. */
import { IncomingMessage } from 'node:http'

/**
 * Once a server listens to `upgrade`, Node gives it every request that names another protocol, and its connection with it.
 * Clients do so in plain requests (Java's asks for `h2c`), and RFC 9110, 7.8 lets a server ignore that. Node 20 decides by
 * `upgrade`, which it writes and then reads; newer versions have `shouldUpgradeCallback` for it.
 */
export class IncomingRequest extends IncomingMessage {
  // Only declared: the constructor of IncomingMessage writes `upgrade` before a field could be initialised.
  declare private mayUpgrade: boolean | null

  get upgrade(): boolean {
    if (!this.mayUpgrade) return false
    return this.method === 'CONNECT' || this.headers.upgrade?.toLowerCase() === 'websocket'
  }

  set upgrade(may: boolean | null) {
    this.mayUpgrade = may
  }
}
