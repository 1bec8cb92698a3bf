import { Type } from 'typebox'
import { hasTemplate } from '../../engine/compile/compile-value.ts'
import { objectShape, scalar } from '../../engine/json-schema/shape.ts'
import { defineNode, type NodeCheck, type RawConfig } from '../../engine/node.ts'
import { type CompiledValue, PathTo, Template, ValueOf } from '../../engine/schema.ts'
import { parseMailbox } from '../../engine/values/mailbox.ts'
import { defined } from '../parts/defined.ts'
import { failedEffect } from '../parts/failed-effect.ts'
import { flag } from '../parts/flag.ts'
import { filled } from '../parts/losant-fields.ts'
import { lacking, wrongValue } from '../parts/misplaced.ts'
import { mayRefuse, typedRefusalShape } from '../parts/refuse.ts'

const addresses = (description: string) =>
  ValueOf(Type.Union([Type.String(), Type.Array(Type.String())]), { description: `${description} One, or a list.` })

const addressFields = ['to', 'cc', 'bcc', 'replyTo', 'from']

export const email = defineNode({
  type: 'email',
  losant: { type: 'StructureEmailNode', translate },
  summary: 'Sends an e-mail.',
  description: `An address is \`ada@lom.example\` or \`Ada <ada@lom.example>\`. A text is always one address. Write several as a list in the flow; a
list that a single template gives fails the run, unless \`lists: true\` says that it may name several. So what a client sent never
becomes two recipients. In \`html\`, \`<< >>\` escapes HTML and \`<<< >>>\` does not.

The mail goes through the SMTP server of the settings. If none is set, as on a developer's machine, it is saved as a
file in the folder \`mail\` of the data folder, and the log says so.

The value at \`result\` is \`{ success: true }\` once the server has accepted it. A mail that cannot be sent takes \`else\`, with
\`{ error: { type, message } }\`; without an \`else\`, it fails the run.`,
  config: Type.Object({
    to: addresses('The recipients.'),
    cc: Type.Optional(addresses('The recipients of copies.')),
    bcc: Type.Optional(addresses('The recipients of copies that the others do not see.')),
    from: Type.Optional(ValueOf(Type.String(), { description: 'The sender. Defaults to the one in the settings.' })),
    replyTo: Type.Optional(addresses('The addresses for answers.')),
    subject: Template({ description: 'The subject, in one line.' }),
    text: Type.Optional(Template({ description: 'The content as plain text.' })),
    html: Type.Optional(
      Template({ description: 'The content as HTML. If `text` is given too, each mail reader picks one.' }),
    ),
    lists: flag('Whether one template may give a list of addresses: `to: << data.owners >>`.'),
    result: Type.Optional(PathTo({ description: 'Where the outcome goes.' })),
  }),
  ...mayRefuse(typedRefusalShape, objectShape({ success: scalar })),
  escapesHtml: () => ['html'],
  check,
  compile: ({ to, cc, bcc, from, replyTo, lists = false, subject, text, html, result }, { wired, config }) => {
    return async (payload, run) => {
      const addressesOf = (field: string, value: CompiledValue<string | string[]> | undefined) => {
        const given = value?.(payload)
        if (Array.isArray(given) && typeof config[field] === 'string' && !lists) {
          throw new Error(
            `${field}: ${config[field]} gave a list, and without "lists: true" it may give one address only.`,
          )
        }
        return [given ?? []].flat()
      }
      const message = {
        ...defined({ from: from?.(payload), text: text?.(payload), html: html?.(payload) }),
        to: addressesOf('to', to),
        cc: addressesOf('cc', cc),
        bcc: addressesOf('bcc', bcc),
        replyTo: addressesOf('replyTo', replyTo),
        // A block of YAML ends in a line break.
        subject: subject(payload).trim(),
      }
      try {
        await run.services.mail(message, run.signal)
      } catch (error) {
        return failedEffect(error, { payload, result, wired })
      }
      result?.set(payload, { success: true })
      return 'then'
    }
  },
  examples: [
    {
      title: 'A pot is dry',
      yaml: `type: email
to: << data.owner >>
from: Lōm <pots@lom.example>
subject: << data.pot >> is dry
html: <p><b><< data.pot >></b> was last watered on << data.day >>.</p>
result: data.mail`,
      payload: { data: { owner: 'Ada <ada@lom.example>', pot: 'Fern & friends', day: 'Monday' } },
      expect: {
        output: 'then',
        sent: [
          {
            from: 'Lōm <pots@lom.example>',
            to: ['Ada <ada@lom.example>'],
            subject: 'Fern & friends is dry',
            html: '<p><b>Fern &amp; friends</b> was last watered on Monday.</p>',
          },
        ],
        payload: { 'data.mail': { success: true } },
      },
    },
    {
      title: 'Several recipients, in plain text',
      yaml: `type: email
to: [ << data.owner >>, gardener@lom.example ]
replyTo: help@lom.example
subject: The weekly report
text: |
  << data.count >> pots were watered.`,
      payload: { data: { owner: 'ada@lom.example', count: 3 } },
      expect: {
        output: 'then',
        sent: [
          {
            to: ['ada@lom.example', 'gardener@lom.example'],
            replyTo: ['help@lom.example'],
            text: '3 pots were watered.\n',
          },
        ],
      },
    },
    {
      title: 'Nobody to send it to',
      yaml: `type: email
to: << data.owner >>
subject: Hello
text: Hello.`,
      payload: { data: {} },
      expect: { sent: [], error: '<< data.owner >> is missing' },
    },
  ],
})

function check({ config, report }: NodeCheck): void {
  if (config.text === undefined && config.html === undefined) {
    lacking(report, 'The mail has no content.', 'Give text, html or both.')
  }
  for (const field of addressFields) {
    const value = config[field]
    const items: readonly unknown[] = Array.isArray(value) ? value : [value]
    items.forEach((item, index) => {
      if (typeof item !== 'string' || hasTemplate(item) || parseMailbox(item)) return
      const at = Array.isArray(value) ? [field, index] : [field]
      const hint = 'Write ada@lom.example or Ada <ada@lom.example>; several as a list.'
      wrongValue(report, at, `"${item}" is not a single e-mail address.`, hint)
    })
  }
}

function translate(config: RawConfig): RawConfig {
  const { toAddresses, fromTemplate, subjectTemplate, bodyTemplate, resultPath } = config
  return {
    to: toAddresses,
    ...filled({ from: fromTemplate }),
    subject: subjectTemplate,
    html: bodyTemplate,
    ...filled({ result: resultPath }),
  }
}
