/** How mail is sent. */
import { parseMailbox } from '../../engine/values/mailbox.ts'
import type { Declarations } from './setting.ts'

function isSmtpUrl(value: string): boolean {
  return /^smtps?:\/\//i.test(value) && URL.canParse(value) && new URL(value).hostname !== ''
}

export const mailSettings = {
  smtpUrl: {
    placeholder: 'url',
    default: '',
    about: 'The SMTP server that sends mail. Without one, mail is kept as files in the folder mail of the data folder.',
    parse: (value: string) => (isSmtpUrl(value) ? value : undefined),
    wanted: 'an address such as smtps://user:password@mail.example.com',
  },
  mailFrom: {
    placeholder: 'address',
    default: '',
    about: 'Sender of mail whose flow does not set one.',
    parse: (value: string) => (parseMailbox(value) ? value : undefined),
    wanted: 'an e-mail address, such as Flowpot <flowpot@example.com>',
  },
} satisfies Declarations
