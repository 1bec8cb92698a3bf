import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { text } from 'node:stream/consumers'
import fc from 'fast-check'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { MailMessage } from '../../../engine/services.ts'
import { parseMailbox } from '../../../engine/values/mailbox.ts'
import { keepMail } from '../../../server/outbound/mail-folder.ts'
import { createMailer, type MailerOptions } from '../../../server/outbound/mailer.ts'

interface Received {
  readonly from: string
  readonly to: readonly string[]
  /** As it came, with line breaks of LF. */
  readonly message: string
}

interface SmtpServer {
  readonly url: string
  readonly received: readonly Received[]
}

async function serveSmtp(options: SMTPServerOptions = {}): Promise<SmtpServer> {
  const received: Received[] = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, { envelope }, done) {
      text(stream).then((message) => {
        const from = envelope.mailFrom ? envelope.mailFrom.address : ''
        const to = envelope.rcptTo.map(({ address }) => address)
        received.push({ from, to, message: message.replaceAll('\r\n', '\n') })
        done()
      }, done)
    },
    ...options,
  })
  server.on('error', () => undefined)
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.server.address() as AddressInfo
  return { url: `smtp://127.0.0.1:${port}`, received }
}

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'flowpot-test-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return folder
}

const greeting: MailMessage = { to: ['ada@lom.example'], subject: 'Dry', text: 'Water your fern.' }

function openMailer(options: Partial<MailerOptions>) {
  const logged: { level: string; details: object; message: string }[] = []
  const note = (level: string) => (details: object, message: string) => logged.push({ level, details, message })
  const log = { info: note('info'), warn: note('warn') }
  const mailer = createMailer({ smtpUrl: '', from: 'Lōm <pots@lom.example>', folder: undefined, log, ...options })
  onTestFinished(() => mailer.close())
  const send = (message: Partial<MailMessage> = {}, signal = new AbortController().signal) =>
    mailer.send({ ...greeting, ...message }, signal)
  return { send, logged }
}

describe('mail through an SMTP server', () => {
  test('goes to everybody it is for, and tells nobody of who gets a blind copy', async () => {
    const { url, received } = await serveSmtp()
    await openMailer({ smtpUrl: url }).send({
      to: ['Ada <ada@lom.example>', 'bob@löm.example'],
      cc: ['cc@lom.example'],
      bcc: ['bcc@lom.example'],
      replyTo: ['help@lom.example'],
      subject: 'Grünlilie ist trocken 🌱',
      html: '<p>Water it.</p>',
    })
    const [{ from, to, message } = { from: '', to: [], message: '' }] = received
    expect([from, to]).toEqual([
      'pots@lom.example',
      ['ada@lom.example', 'bob@löm.example', 'cc@lom.example', 'bcc@lom.example'],
    ])
    expect(message).toMatch(/^From: =\?UTF-8\?.*<pots@lom\.example>$/m)
    expect(message).toMatch(/^To: Ada <ada@lom\.example>, bob@xn--lm-fka\.example$/m)
    expect(message).toMatch(/^Reply-To: help@lom\.example$/m)
    expect(message).toContain('Water your fern.')
    expect(message).toContain('<p>Water it.</p>')
    expect(message).not.toMatch(/bcc/i)
  })

  test('is signed in for with the user and the password of the address', async () => {
    const seen: unknown[] = []
    const { url, received } = await serveSmtp({
      authOptional: false,
      onAuth({ username, password }, _, done) {
        seen.push([username, password])
        done(null, password === 'p@ss/word' ? { user: 1 } : undefined)
      },
    })
    await openMailer({ smtpUrl: url.replace('//', '//ada%40lom:p%40ss%2Fword@') }).send()
    expect(received).toHaveLength(1)
    await expect(openMailer({ smtpUrl: url.replace('//', '//ada:hunter2@') }).send()).rejects.toMatchObject({
      code: 'MAIL_NOT_SENT',
      message: `The mail was not sent: the SMTP server ${url.slice(7)} refuses the user name or the password.`,
    })
    expect(seen).toEqual([
      ['ada@lom', 'p@ss/word'],
      ['ada', 'hunter2'],
    ])
  })

  test('that the server refuses is an error that says what the server said', async () => {
    const { url } = await serveSmtp({
      onRcptTo: ({ address }, _, done) => done(address.startsWith('no') ? new Error('No such mailbox') : null),
    })
    const { send, logged } = openMailer({ smtpUrl: url })
    await expect(send({ to: ['no@lom.example'] })).rejects.toMatchObject({
      code: 'MAIL_NOT_SENT',
      message: expect.stringMatching(/refuses it with "\d+ No such mailbox"/),
    })
    await send({ to: ['no@lom.example', 'yes@lom.example'] })
    expect(logged).toMatchObject([{ level: 'warn', details: { rejected: ['no@lom.example'] } }])
  })

  test('is an error where there is no server', async () => {
    const url = await new Promise<string>((resolve) => {
      const server = createServer().listen(0, '127.0.0.1', () => {
        const { port } = server.address() as AddressInfo
        server.close(() => resolve(`127.0.0.1:${port}`))
      })
    })
    await expect(openMailer({ smtpUrl: `smtp://ada:hunter2@${url}` }).send()).rejects.toMatchObject({
      code: 'MAIL_NOT_SENT',
      message: expect.stringMatching(/the SMTP server 127\.0\.0\.1:\d+ cannot be reached: .*ECONNREFUSED/),
    })
  })

  test('ends with the run', async () => {
    const run = new AbortController()
    const { url, received } = await serveSmtp({ onMailFrom: () => run.abort(new Error('The run is over.')) })
    await expect(openMailer({ smtpUrl: url }).send({}, run.signal)).rejects.toThrow('The run is over.')
    expect(received).toEqual([])
  })

  test('needs a sender', async () => {
    const { url, received } = await serveSmtp()
    const { send } = openMailer({ smtpUrl: url, from: '' })
    await expect(send()).rejects.toMatchObject({ code: 'MAIL_INVALID', message: expect.stringContaining('no sender') })
    await send({ from: 'fern@lom.example' })
    expect(received).toMatchObject([{ from: 'fern@lom.example' }])
  })

  test('says what it says, however it looks like the name of a file', async () => {
    const { url, received } = await serveSmtp()
    await openMailer({ smtpUrl: url }).send({ text: '/etc/passwd', html: 'file:///etc/passwd' })
    expect(received[0]?.message).toContain('file:///etc/passwd')
  })
})

const injected = 'x@lom.example\r\nBcc: eve@evil.example'

describe('mail that could say more than the flow meant', () => {
  test.each<[string, Partial<MailMessage>, string]>([
    ['a subject with a line break', { subject: 'Hi\r\nBcc: eve@evil.example' }, 'subject has'],
    ['a subject with a lone line feed', { subject: 'Hi\n\nhello' }, 'subject has'],
    ['a subject with a NUL', { subject: 'Hi\0' }, 'subject has'],
    ['a recipient with a line break', { to: [injected] }, 'to has "x@lom.example\\r\\nBcc'],
    ['a name with a line break', { to: ['Ada\r\nBcc: eve@evil.example <x@lom.example>'] }, 'to has'],
    ['a sender with a line break', { from: injected }, 'from has'],
    ['a reply address with a line break', { replyTo: [injected] }, 'replyTo has'],
    ['a list where one address belongs', { to: ['ada@lom.example, eve@evil.example'] }, 'to has'],
    ['a list in brackets', { cc: ['Ada <ada@lom.example>, <eve@evil.example>'] }, 'cc has'],
    ['a list of semicolons', { bcc: ['ada@lom.example;eve@evil.example'] }, 'bcc has'],
    ['a quoted local part', { to: ['"eve@evil.example x"@lom.example'] }, 'to has'],
    ['two at signs', { to: ['eve@evil.example@lom.example'] }, 'to has'],
    ['a command of SMTP', { to: ['x@lom.example> NOTIFY=SUCCESS'] }, 'to has'],
    ['no address', { to: ['ada'] }, 'to has "ada", which is not one e-mail address'],
    ['no recipient', { to: [] }, 'to names nobody'],
    ['too many recipients', { bcc: Array.from({ length: 100 }, (_, n) => `n${n}@lom.example`) }, '101 recipients'],
    ['an endless address', { to: [`${' '.repeat(1_000_000)}<`] }, 'to has'],
  ])('is refused, and nothing is sent: %s', async (_, message, problem) => {
    const { url, received } = await serveSmtp()
    await expect(openMailer({ smtpUrl: url }).send(message)).rejects.toMatchObject({
      code: 'MAIL_INVALID',
      message: expect.stringContaining(problem),
    })
    expect(received).toEqual([])
  })

  test('cannot be written as an address', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.emailAddress()), fc.string({ unit: 'binary' }), (a, b) => {
        for (const text of [a, b, `${a}${b}`, `${b} <${a}>`, `${a} <x@lom.example>`]) {
          const { name = '', address = 'a@b' } = parseMailbox(text) ?? {}
          expect(name).not.toMatch(/[\p{Cc}<>]/u)
          expect(address).toMatch(/^[\x21-\x7e]+$/)
          expect(address.split('@')).toHaveLength(2)
          expect(address).not.toMatch(/[<>,;:"()[\]\\]/)
        }
      }),
    )
  })
})

describe('an address', () => {
  test.each([
    ['ada@lom.example', { address: 'ada@lom.example' }],
    [' ada@lom.example\n', { address: 'ada@lom.example' }],
    ['<ada@lom.example>', { address: 'ada@lom.example' }],
    ['Ada L. <ada+pots@lom.example>', { name: 'Ada L.', address: 'ada+pots@lom.example' }],
    ['"Ada, of Lōm" <ada@LŌM.example>', { name: 'Ada, of Lōm', address: 'ada@xn--lm-vra.example' }],
    ['root@localhost', { address: 'root@localhost' }],
  ])('%j is read', (written, mailbox) => {
    expect(parseMailbox(written)).toEqual(mailbox)
  })

  test.each([
    '',
    'ada',
    '@lom.example',
    'ada@',
    'a..b@lom.example',
    'ada@lom..example',
    'ada@-lom.example',
    'ada@[::1]',
  ])('%j is none', (written) => {
    expect(parseMailbox(written)).toBeUndefined()
  })
})

describe('mail without an SMTP server', () => {
  test('is kept as a file that its owner alone reads, and logged without what it says', async () => {
    const folder = join(await temporaryFolder(), 'mail')
    const { send, logged } = openMailer({ from: '', folder })
    await send({ cc: ['bob@lom.example'] })
    const [name = ''] = await readdir(folder)
    const file = join(folder, name)
    expect(name).toMatch(/^\d{4}-\d\d-\d\dT.*\.eml$/)
    expect([(await stat(file)).mode & 0o777, (await stat(folder)).mode & 0o777]).toEqual([0o600, 0o700])
    const kept = await readFile(file, 'utf8')
    expect(kept).toMatch(/^From: flowpot@localhost\r$/m)
    expect(kept).toContain('Water your fern.')
    expect(logged).toEqual([
      {
        level: 'info',
        message: 'A mail was kept as a file: no SMTP server is set',
        details: { to: ['ada@lom.example', 'bob@lom.example'], subject: 'Dry', file },
      },
    ])
  })

  test('is held to the same rules', async () => {
    const folder = await temporaryFolder()
    await expect(openMailer({ folder }).send({ to: [injected] })).rejects.toMatchObject({ code: 'MAIL_INVALID' })
    await expect(openMailer({ folder }).send({}, AbortSignal.abort(new Error('Over.')))).rejects.toThrow('Over.')
    expect(await readdir(folder)).toEqual([])
  })

  test('is dropped, and the log says so, where there is no folder', async () => {
    const { send, logged } = openMailer({})
    await send()
    expect(logged).toMatchObject([{ level: 'warn', details: { subject: 'Dry' }, message: /dropped/ }])
    expect(JSON.stringify(logged)).not.toContain('Water')
  })

  test('is an error where the folder cannot be written', async () => {
    const { send } = openMailer({ folder: '/dev/null/mail' })
    await expect(send()).rejects.toMatchObject({ code: 'MAIL_NOT_SENT', message: /cannot be kept as a file/ })
  })

  test('fills no disk: the oldest goes, and nothing that is no mail', async () => {
    const folder = await temporaryFolder()
    for (const name of ['2020-01-01T00-00-00-000Z-00000000.eml', 'notes.txt']) await writeFile(join(folder, name), '')
    const file = await keepMail(folder, Buffer.from('new'), 1)
    expect((await readdir(folder)).sort()).toEqual([basename(file), 'notes.txt'])
  })
})
