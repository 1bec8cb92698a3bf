import type { Seeds } from '../../contracts/seeds.ts'
import { testFileSchemaFor } from '../../engine/describe/test-file.ts'
import { createSchemaChecker } from '../../engine/json-schema/schema-problems.ts'
import { flowIdOf } from '../../engine/load/file-kinds.ts'
import type { DocumentPath, Position, SourceFile } from '../../engine/source/position.ts'
import type { Problem } from '../../engine/source/problem.ts'
import { createReporter } from '../../engine/source/reporter.ts'
import { parseYaml } from '../../engine/source/yaml-document.ts'
import { type Path, parsePath } from '../../engine/values/path.ts'
import { describeActions } from '../../platform/resources/catalogue.ts'
import {
  checkBeside,
  checkNames,
  checkNodeNames,
  checkStep,
  type RawStep,
  type RawTest,
  type ReadScope,
  type StepKind,
} from './check-step.ts'
import { testTags } from './matchers.ts'
import { compileRender, type Render } from './render.ts'
import type { Stub } from './stand-in.ts'

export interface Test {
  readonly name: string
  readonly file: string
  readonly line: number
  /** ID of the flow beside the file. The flow need not exist. */
  readonly flowId: string
  readonly seed: Partial<Seeds>
  /** Seed of all randomness. */
  readonly random: string | undefined
  /** By ID of a node. A stub that is not in a list answers every call. */
  readonly stubs: Readonly<Record<string, Stub | readonly Stub[]>>
  /** Where the stub of a node stands. */
  stubLine(name: string): number
  readonly steps: readonly Step[]
}

export interface Step {
  /** Counted from 1; `undefined` if the test has only one step. */
  readonly number: number | undefined
  readonly user: string | undefined
  /** Milliseconds since 1970. */
  readonly clock: number | undefined
  readonly action: { readonly kind: StepKind; readonly render: Render }
  readonly expect: ReadonlyMap<string, Render>
  /** The path of each value that is saved from the answer. */
  readonly save: ReadonlyMap<string, Path>
  /** Where something of the expectation stands: `['body', 'id']`. */
  locate(path: DocumentPath): Position
}

export interface ReadTests {
  readonly tests: readonly Test[]
  readonly problems: readonly Problem[]
}

/** Compiled only once per process. */
let shared: { readonly checker: ReturnType<typeof createSchemaChecker>; readonly schema: object } | undefined

/** `nodeIds` has the IDs of each flow's nodes. */
export function readTests(source: SourceFile, nodeIds: ReadonlyMap<string, ReadonlySet<string>>): ReadTests {
  shared ??= { checker: createSchemaChecker(), schema: testFileSchemaFor(describeActions()) }
  const reporter = createReporter(parseYaml(source, testTags))
  const raw = reporter.document.value
  if (raw === undefined) return { tests: [], problems: reporter.problems }
  const complaints = shared.checker.check(shared.schema, raw)
  for (const complaint of complaints) reporter.report({ ...complaint, code: 'TEST_INVALID' })
  if (complaints.length > 0) return { tests: [], problems: reporter.problems }
  const flowId = flowIdOf(source.file)
  // The schema has passed.
  const tests = (raw as readonly RawTest[]).map((test, index) => readTest(test, [index], { flowId, nodeIds, reporter }))
  checkNames(
    tests.map(({ name }) => name),
    reporter,
  )
  return { tests, problems: reporter.problems }
}

function readTest(raw: RawTest, at: DocumentPath, scope: ReadScope): Test {
  const { name, seed = {}, random, stubs = {}, steps } = raw
  const { reporter, flowId } = scope
  checkNodeNames(Object.keys(stubs), [...at, 'stubs'], scope)
  if (steps) checkBeside(raw, at, reporter)
  const saves = new Set<string>()
  const read = (step: RawStep, place: DocumentPath, number?: number) => readStep(step, place, number, saves, scope)
  const all = steps ? steps.map((step, index) => read(step, [...at, 'steps', index], index + 1)) : [read(raw, at)]
  if (all.every(({ expect }) => expect.size === 0)) {
    const hint = 'Say what comes of it: expect: { status: 200 }.'
    reporter.report({ code: 'TEST_INVALID', at: [...at, 'name'], message: `"${name}" expects nothing.`, hint })
  }
  // The settings of the test apply from its first step on.
  const whole = { user: raw.user, clock: readTime(raw.clock) }
  return {
    name,
    file: reporter.document.source.file,
    line: reporter.place([...at, 'name']).line,
    flowId,
    seed,
    random: random === undefined ? undefined : String(random),
    stubs,
    stubLine: (name) => reporter.document.locate([...at, 'stubs', name], { isKey: true }).line,
    steps: all.map((step, index) => ({
      ...step,
      user: step.user ?? whole.user,
      clock: step.clock ?? (index === 0 ? whole.clock : undefined),
    })),
  }
}

function readStep(
  raw: RawStep,
  at: DocumentPath,
  number: number | undefined,
  saves: Set<string>,
  scope: ReadScope,
): Step {
  const { reporter } = scope
  const kind = checkStep(raw, at, scope)
  const compile = (value: unknown, place: DocumentPath) => compileRender(value, [...at, ...place], reporter, saves)
  const action = kind === 'call' ? compile({ call: raw.call, with: raw.with ?? {} }, []) : compile(raw[kind], [kind])
  const expect = new Map(Object.entries(raw.expect ?? {}).map(([key, value]) => [key, compile(value, ['expect', key])]))
  const save = new Map<string, Path>()
  for (const [name, text] of Object.entries(raw.save ?? {})) {
    const path = reporter.parse([...at, 'save', name], () => parsePath(text))
    if (path) save.set(name, path)
    saves.add(name)
  }
  return {
    number,
    user: raw.user,
    clock: readTime(raw.clock),
    action: { kind, render: action },
    expect,
    save,
    locate: (path) => reporter.place([...at, ...path]),
  }
}

function readTime(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Date.parse(text)
}
