/**
 * Headers that belong to the listener and to no flow: they frame the message and manage the connection (RFC 9110, 7.6.1), so a flow's
 * word for them could split a reply in two or make its client hang.
 */
export const listenerHeaders: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'x-request-id',
])
