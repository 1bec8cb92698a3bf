/** A request that is only upgraded to WebSocket. If it names another protocol, it is served like any other request. */
import { IncomingMessage } from 'node:http'

/**
 * Once a server listens to `upgrade`, Node emits it for every request that names another protocol. Some clients do that in ordinary
 * requests (Java's client asks for `h2c`), and RFC 9110, 7.8 allows servers to ignore it. Node 20 decides by the property `upgrade`,
 * which it writes and then reads; newer versions have `shouldUpgradeCallback`.
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
