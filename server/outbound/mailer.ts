/** Sends the mail of flows through an SMTP server. If none is set, keeps it as files. */
import type { NodemailerError } from 'nodemailer'
import { defineError } from '../../contracts/errors.ts'
import type { MailMessage } from '../../engine/services.ts'
import { composeMail } from './compose-mail.ts'
import { keepMail } from './mail-folder.ts'
import type { Sender } from './sender.ts'

export const mailNotSent = defineError<{ reason: string }>(
  'MAIL_NOT_SENT',
  500,
  ({ reason }) => `The mail was not sent: ${reason}.`,
)

export interface MailLog {
  info(details: object, message: string): void
  warn(details: object, message: string): void
}

export interface MailerOptions {
  /** `smtp://` or `smtps://` with user and password. Empty if there is no server. */
  readonly smtpUrl: string
  /** Sender of mail that names none. May be empty. */
  readonly from: string
  /** Where mail is kept if there is no server. Without a folder it is dropped. */
  readonly folder: string | undefined
  readonly log: MailLog
}

/** `send` rejects with `MAIL_INVALID` or `MAIL_NOT_SENT`. */
export function createMailer({ smtpUrl, from, folder, log }: MailerOptions): Sender<'mail'> {
  return smtpUrl === '' ? createMailKeeper(from || 'flowpot@localhost', folder, log) : createSender(smtpUrl, from, log)
}

function createMailKeeper(from: string, folder: string | undefined, log: MailLog): Sender<'mail'> {
  return {
    async send(message, signal) {
      const composed = composeMail(message, from)
      signal.throwIfAborted()
      if (folder === undefined) {
        const why = 'A mail was dropped: no SMTP server is set, and there is no data folder to keep it in'
        log.warn(describe(message), why)
        return
      }
      const { createTransport } = await import('nodemailer')
      const transport = createTransport({ streamTransport: true, buffer: true, newline: 'windows' })
      const { message: bytes } = await transport.sendMail(composed)
      // With the option `buffer`, the message is a buffer.
      const file = await keepMail(folder, bytes as Buffer).catch((cause: unknown) => {
        throw mailNotSent({ reason: `it cannot be kept as a file: ${textOf(cause)}` }, { cause })
      })
      log.info({ ...describe(message), file }, 'A mail was kept as a file: no SMTP server is set')
    },
    close: async () => undefined,
  }
}

function createSender(url: string, from: string, log: MailLog): Sender<'mail'> {
  const { host } = new URL(url)
  let opened: ReturnType<typeof openTransport> | undefined
  return {
    async send(message, signal) {
      const composed = composeMail(message, from)
      opened ??= openTransport(url)
      const transport = await opened
      try {
        const { rejected = [] } = await transport.sendMail({ ...composed, signal })
        if (rejected.length > 0)
          log.warn({ rejected, subject: message.subject }, 'A mail was only sent to some of its recipients')
      } catch (cause) {
        signal.throwIfAborted()
        throw mailNotSent({ reason: reasonOf(cause, host) }, { cause })
      }
    },
    async close() {
      const transport = await opened
      transport?.close()
    },
  }
}

async function openTransport(url: string) {
  const { createTransport } = await import('nodemailer')
  // Shorter than the time of a run. By default nodemailer waits for minutes for a server that does not answer.
  const times = { dnsTimeout: 10_000, connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 20_000 }
  return createTransport({ ...times, url, pool: true })
}

function describe({ to, cc = [], bcc = [], subject }: MailMessage): object {
  return { to: [...to, ...cc, ...bcc], subject }
}

/** Words an error of nodemailer. What the server answered is included, since it names the recipient that it refused. */
function reasonOf(error: unknown, host: string): string {
  const { code, response }: NodemailerError = error instanceof Error ? error : new Error(String(error))
  if (code === 'EAUTH' || code === 'ENOAUTH') return `the SMTP server ${host} refuses the user name or the password`
  if (response !== undefined) return `the SMTP server ${host} refuses it with "${response.slice(0, 200).trim()}"`
  return `the SMTP server ${host} cannot be reached: ${textOf(error)}`
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
