/** Finds a flow's `button` trigger by the names that a node fires it by. */
import { defineError } from '../../contracts/errors.ts'
import type { Application, CompiledTrigger } from '../application.ts'
import { didYouMean } from '../source/nearest-name.ts'

export interface ButtonName {
  /** ID of the flow. */
  readonly flow: string
  readonly button: string
}

export interface NoButton {
  /** Which of the two names is wrong. */
  readonly field: keyof ButtonName
  readonly message: string
  readonly hint: string
}

export const noButton = defineError<NoButton>('FLOW_NO_BUTTON', 500, ({ message }) => message)

/** Throws `FLOW_NO_BUTTON` if there is none. */
export function findButton(
  { flows, buttons }: Pick<Application, 'flows' | 'buttons'>,
  name: ButtonName,
): CompiledTrigger<'button'> {
  const found = buttons.find(({ flow, spec }) => flow.id === name.flow && spec.name === name.button)
  if (found) return found
  const namesOf = (id: string) => buttons.filter(({ flow }) => flow.id === id).map(({ spec }) => spec.name)
  const wrong = describeMissing(
    name,
    flows.map(({ id }) => id),
    namesOf(name.flow),
  )
  throw noButton(wrong, { hint: wrong.hint })
}

/** Explains why a button was not found. `buttons` are those of its flow. */
export function describeMissing(
  { flow, button }: ButtonName,
  flows: readonly string[],
  buttons: readonly string[],
): NoButton {
  if (!flows.includes(flow)) {
    const hint = didYouMean(flow, flows) ?? 'A flow is named by its file, without .yaml.'
    return { field: 'flow', message: `There is no flow "${shorten(flow)}".`, hint }
  }
  const hint = didYouMean(button, buttons) ?? hintOfButtons(flow, buttons)
  return { field: 'button', message: `The flow ${flow} has no button "${shorten(button)}".`, hint }
}

function hintOfButtons(flow: string, buttons: readonly string[]): string {
  if (buttons.length === 0) return `Give ${flow} a trigger "button: NAME".`
  return `It has ${buttons.map((name) => `"${name}"`).join(', ')}.`
}

/** The name may come from a template, so it can be of any length. */
function shorten(name: string): string {
  return name.length > 100 ? `${name.slice(0, 100)}…` : name
}
