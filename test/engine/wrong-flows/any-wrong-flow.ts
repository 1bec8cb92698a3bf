/** Flows that something is wrong with at a line that is known, as fast-check makes them up. */
import fc from 'fast-check'
import type { ProblemCode } from '../../../engine/source/problem.ts'
import { FlowText, type SoundFlow } from './flow-text.ts'
import { applyChanges, areApart, type Change, type Mutation } from './mutation.ts'
import { exampleFlows, generatedFlow, sampleFlows } from './sound-flows.ts'
import { wrongNodes, wrongTriggers } from './wrong-nodes.ts'
import { wrongValues } from './wrong-values.ts'
import { wrongWires } from './wrong-wires.ts'
import { wrongYaml } from './wrong-yaml.ts'

export const mutations: readonly Mutation[] = [
  ...wrongNodes,
  ...wrongTriggers,
  ...wrongWires,
  ...wrongValues,
  ...wrongYaml,
]

export interface WrongFlow extends Pick<SoundFlow, 'application'> {
  readonly text: string
  /** The problems that there must be: for each its line, from 1, and the codes of which it has one. */
  readonly wrong: readonly { readonly line: number; readonly codes: readonly ProblemCode[] }[]
}

interface ReadFlow extends SoundFlow {
  readonly read: FlowText
}

const read = (flow: SoundFlow): ReadFlow => ({ ...flow, read: new FlowText(flow.text) })

const written = [...sampleFlows, ...exampleFlows].map(read)

const soundFlow: fc.Arbitrary<ReadFlow> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...written) },
  { weight: 1, arbitrary: generatedFlow.map(read) },
)

/** As editors and other systems write the same file. */
const dressing = fc.constantFrom<{ readonly linesAbove: number; dress(text: string): string }>(
  { linesAbove: 0, dress: (text) => text },
  { linesAbove: 0, dress: (text) => text.replaceAll('\n', '\r\n') },
  { linesAbove: 0, dress: (text) => `\uFEFF${text}` },
  { linesAbove: 3, dress: (text) => `# A comment\n\n# << and another >>\n${text}` },
)

type Made = readonly { readonly mutation: Mutation; readonly change: Change }[]

function dressed(
  flow: ReadFlow,
  made: Made,
  { linesAbove, dress }: { linesAbove: number; dress(text: string): string },
) {
  const changes = made.map(({ change }) => change)
  const { text, lines } = applyChanges(flow.text, changes)
  const wrong = made.map(({ mutation: { codes } }, index) => ({ line: (lines[index] ?? 0) + linesAbove, codes }))
  return { application: flow.application, text: dress(text), wrong }
}

/** Flows with one thing that is wrong, of this kind. */
export function wrongBy(mutation: Mutation): fc.Arbitrary<WrongFlow> {
  return fc
    .tuple(soundFlow, fc.nat(), dressing)
    .map(([flow, at, dressing]) => {
      const changes = mutation.changes(flow.read)
      const change = changes[at % changes.length]
      return change && dressed(flow, [{ mutation, change }], dressing)
    })
    .filter((flow) => flow !== undefined)
}

export const wrongFlow: fc.Arbitrary<WrongFlow> = fc.oneof(...mutations.map(wrongBy))

/** Flows with several things that are wrong, which do not hide each other. */
export const wrongInSeveralPlaces: fc.Arbitrary<WrongFlow> = fc
  .tuple(soundFlow, fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 4, maxLength: 8 }), dressing)
  .map(([flow, picks, dressing]) => {
    const alone = mutations.filter(({ isAlone }) => isAlone)
    const made: { mutation: Mutation; change: Change }[] = []
    for (const [which, at] of picks) {
      const mutation = alone[which % alone.length]
      const changes = mutation?.changes(flow.read) ?? []
      const change = changes[at % changes.length]
      if (mutation && change && made.every((other) => areApart(change, other.change))) made.push({ mutation, change })
    }
    return dressed(flow, made, dressing)
  })
  .filter(({ wrong }) => wrong.length > 1)

const splinters = ['\0', '\uFFFD', '\uFEFF', '\r', '\r\n', '\n', '\t', '  ', '- ', ': ', '#', '<<', '>>', '{{', '}}']
const marks = ['"', "'", '[', ']', '{', '}', '|\n', '>\n', '&a ', '*a', '!t ', '---\n', '...\n', '%', '? ', '\\', '😀']

/** Flows that were cut off, or had something spliced in or taken out, so that all or nothing may be wrong with them. */
export const damagedFlow: fc.Arbitrary<SoundFlow> = fc
  .tuple(
    soundFlow,
    fc.option(fc.nat(), { nil: undefined }),
    fc.array(
      fc.tuple(
        fc.nat(),
        fc.nat(12),
        fc.oneof(fc.constantFrom('', ...splinters, ...marks), fc.string({ unit: 'binary', maxLength: 20 })),
      ),
      { maxLength: 5 },
    ),
  )
  .map(([{ text, application }, cut, splices]) => {
    const whole = cut === undefined ? text : text.slice(0, cut % text.length)
    const damaged = splices.reduce((before, [at, length, insert]) => {
      const offset = at % (before.length + 1)
      return before.slice(0, offset) + insert + before.slice(offset + length)
    }, whole)
    return { text: damaged, application }
  })
