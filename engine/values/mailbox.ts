/** An e-mail address as flows and settings write it: `ada@lom.example` or `Ada <ada@lom.example>`. */
import { domainToASCII } from 'node:url'

export interface Mailbox {
  readonly name?: string
  /** ASCII throughout: `ada@xn--lm-fka.example`. */
  readonly address: string
}

/** RFC 5322's `dot-atom`. RFC 5321 also allows quotes and IP addresses, which no mailbox of today has. */
const localPart = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/
const domainName = /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)*[a-z](?:[a-z0-9-]*[a-z0-9])?$/

/** More than any address has. A client may have sent longer text, which is not searched. */
const maxLength = 1000

/** `undefined` if the text is not exactly one address, such as a list of them or one with a line break. */
export function parseMailbox(text: string): Mailbox | undefined {
  if (text.length > maxLength) return undefined
  const [, quoted, plain, bracketed, bare] =
    /^(?:(?:"([^"\\\p{Cc}]*)"|([^"<>,;\p{Cc}]*?)) *<([^<>]*)>|([^<>]*))$/u.exec(text.trim()) ?? []
  const address = parseAddress(bracketed ?? bare ?? '')
  if (address === undefined) return undefined
  const name = (quoted ?? plain ?? '').trim()
  return name === '' ? { address } : { name, address }
}

function parseAddress(text: string): string | undefined {
  const at = text.lastIndexOf('@')
  const [local, domain] = [text.slice(0, at), domainToASCII(text.slice(at + 1))]
  // RFC 5321, 4.5.3.1: 64 characters before the @, and 254 in all.
  const isShort = local.length <= 64 && local.length + domain.length < 254
  return at > 0 && isShort && localPart.test(local) && domainName.test(domain) ? `${local}@${domain}` : undefined
}
