/** Turns a flow's mail into nodemailer's options. No text of the flow can add a header or a recipient. */
import type { SendMailOptions } from 'nodemailer'
import { defineError } from '../../contracts/errors.ts'
import type { MailMessage } from '../../engine/services.ts'
import { type Mailbox, parseMailbox } from '../../engine/values/mailbox.ts'

export const mailInvalid = defineError<{ problem: string }>(
  'MAIL_INVALID',
  500,
  ({ problem }) => `The mail cannot be sent: ${problem}.`,
)

/** As many as every server must accept, RFC 5321, 4.5.3.1.8. */
const maxRecipients = 100

/** Throws `MAIL_INVALID`. `sender` is used if the message names none. */
export function composeMail(message: MailMessage, sender: string): SendMailOptions {
  const { from = sender, to, cc = [], bcc = [], replyTo = [], subject, text, html } = message
  const count = to.length + cc.length + bcc.length
  if (to.length === 0) throw mailInvalid({ problem: 'to names nobody' })
  if (count > maxRecipients)
    throw mailInvalid({ problem: `it has ${count} recipients, and ${maxRecipients} are the most` })
  if (from === '') throw mailInvalid({ problem: 'it has no sender: give from, or set FLOWPOT_MAIL_FROM' })
  if (/\p{Cc}/u.test(subject)) throw mailInvalid({ problem: 'subject has a line break or another control character' })
  return {
    from: readAddress('from', from),
    to: readAddresses('to', to),
    cc: readAddresses('cc', cc),
    bcc: readAddresses('bcc', bcc),
    replyTo: readAddresses('replyTo', replyTo),
    subject,
    ...(text === undefined ? {} : { text }),
    ...(html === undefined ? {} : { html }),
    // Keeps nodemailer from reading a body from a file or URL.
    disableFileAccess: true,
    disableUrlAccess: true,
  }
}

type Address = Mailbox & { readonly name: string }

function readAddresses(field: string, texts: readonly string[]): Address[] {
  return texts.map((text) => readAddress(field, text))
}

function readAddress(field: string, text: string): Address {
  const mailbox = parseMailbox(text)
  if (mailbox) return { name: '', ...mailbox }
  throw mailInvalid({ problem: `${field} has ${JSON.stringify(text.slice(0, 100))}, which is not one e-mail address` })
}
