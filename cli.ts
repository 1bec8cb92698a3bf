#!/usr/bin/env node
/**
 * `flowpot start | check | run | test | replay | routes | graph | diff | openapi | new | add | schema`: parses arguments and calls one
 * function each. Exits with 0, 1 (the thing failed) or 2 (the call is wrong). A command's modules are loaded when it is
 * called, so that `--help` answers at once.
 */
import { readFileSync } from 'node:fs'
import { Command, CommanderError, Option } from 'commander'
import type { AddOptions } from './cli/add.ts'
import type { GraphOptions } from './cli/graph.ts'
import type { OpenApiOptions } from './cli/openapi.ts'
import { printError, printJson } from './cli/output.ts'
import type { ReplayOptions } from './cli/replay.ts'
import type { RunOptions } from './cli/run.ts'
import type { SchemaOptions } from './cli/schema.ts'
import type { StartOptions } from './cli/start.ts'
import type { TestOptions } from './cli/test.ts'
import { FlowpotError } from './contracts/errors.ts'
import { folderUnreadable } from './engine/load/read-folder.ts'
import { type AnySetting, type SettingFlags, settingDefinitions, settingInvalid } from './server/settings.ts'
import { callWrong } from './workbench/refusals.ts'

const folderArgument = ['[folder]', "the application's folder", 'flows'] as const
const jsonOption = ['--json', 'print JSON, for programs'] as const
const serverOption = ['--server <url>', 'for the ID of a run: address of the application at its server'] as const
const serverHelp = `The environment variable FLOWPOT_ADMIN_TOKEN has the token that a server asks for, as in
  --server http://127.0.0.1:8090/applications/6b0440c316200086f035eabd`
const settings: readonly (readonly [string, AnySetting])[] = Object.entries(settingDefinitions)

function createProgram(finish: (code: number) => void): Command {
  const program = new Command('flowpot')
    .description('Runs HTTP APIs for connected products from declarative YAML flows.')
    .version(readVersion(), '-v, --version')
    .exitOverride()
    .showHelpAfterError('Add --help to see what can be said.')

  const start = program.command('start').description('serve an application: its endpoints, and the REST API')
  start.argument(...folderArgument).option(...jsonOption)
  start.option('--watch', 'reload the flows as their files change')
  for (const [, { flag, placeholder, about, default: byDefault, defaultText = String(byDefault) }] of settings) {
    if (flag) start.addOption(new Option(`${flag} <${placeholder}>`, `${about} (${defaultText})`))
  }
  start.addHelpText('after', `\nEnvironment:\n${describeEnvironment()}`)
  start.action(async (folder: string, options: SettingFlags & StartOptions) => {
    const { start } = await import('./cli/start.ts')
    finish(await start(folder, options, options))
  })

  program
    .command('check')
    .description('say everything that is wrong with an application')
    .argument(...folderArgument)
    .option(...jsonOption)
    .action(async (folder: string, options: { json?: boolean }) => {
      const { check } = await import('./cli/check.ts')
      finish(await check(folder, options))
    })

  program
    .command('run')
    .description('dry-run a flow: on a temporary store, nothing saved, nothing sent')
    .argument('<flow>', "the flow's file, such as flows/register-device.yaml")
    .option('--user <email>', 'ask as this experience user, who is made if there is none')
    .option('--body <json>', "the request's body")
    .option('--request <request>', "method and path, such as 'GET /devices/42?limit=5'")
    .option('--trigger <trigger>', "one of the flow's triggers: its type, route or name")
    .option('--payload <file>', 'a JSON file laid over the payload; - for standard input')
    .option('--live', 'run on the real store, with real effects')
    .option('--data <folder>', 'with --live: the data folder (.flowpot)')
    .option(...jsonOption)
    .addHelpText(
      'after',
      `\nExample:\n  flowpot run flows/register-device.yaml --user ada@lom.example \\\n    --body '{"deviceName":"Fern","manufacturerId":"1"}'`,
    )
    .action(async (flow: string, options: RunOptions) => {
      const { run } = await import('./cli/run.ts')
      finish(await run(flow, options))
    })

  program
    .command('test')
    .description('run the tests beside the flows, each on a store of its own')
    .argument('[folder-or-file]', "the application's folder, or a flow or its tests (flows)")
    .option('--filter <text>', 'only tests whose name holds this text')
    .option('--coverage', 'say which nodes and branches the tests reach')
    .option('--threshold <percent>', 'with --coverage: fail below it')
    .option('--junit <file>', 'write the results there as JUnit XML')
    .option('--watch', 'run again as the files change')
    .option('--from-run <run>', 'make a test of a recorded run: its file, - for standard input, or its ID')
    .option(...serverOption)
    .option('--name <name>', 'with --from-run: what the test is called')
    .option(...jsonOption)
    .addHelpText('after', `\n${serverHelp}`)
    .action(async (path: string | undefined, options: TestOptions) => {
      const { test } = await import('./cli/test.ts')
      finish(await test(path, options))
    })

  program
    .command('replay')
    .description('run a recorded run again, offline, and compare every step with the record')
    .argument('<run>', 'the recorded run: its file, - for standard input, or its ID')
    .option(...serverOption)
    .option('--folder <folder>', "the application's folder, in place of the one that the run was recorded from")
    .option('--against <flow>', "a changed flow's file: says at which node it differs first")
    .option(...jsonOption)
    .addHelpText('after', `\n${serverHelp}`)
    .action(async (run: string, options: ReplayOptions) => {
      const { replay } = await import('./cli/replay.ts')
      finish(await replay(run, options))
    })

  program
    .command('routes')
    .description('list what an application answers')
    .argument(...folderArgument)
    .option(...jsonOption)
    .action(async (folder: string, options: { json?: boolean }) => {
      const { routes } = await import('./cli/routes.ts')
      finish(await routes(folder, options))
    })

  program
    .command('graph')
    .description('draw a flow')
    .argument('<flow>', "the flow's file; - for standard input")
    .option('--mermaid', 'as a Mermaid flowchart, in place of a drawing for the terminal')
    .option(...jsonOption)
    .action(async (flow: string, options: GraphOptions) => {
      const { graph } = await import('./cli/graph.ts')
      finish(await graph(flow, options))
    })

  program
    .command('diff')
    .description('say what changed in a flow, by meaning: nodes added, removed, rewired, configured otherwise')
    .argument('<before>', "the flow's file as it was; - for standard input")
    .argument('<after>', "the flow's file as it is")
    .option(...jsonOption)
    .addHelpText(
      'after',
      '\nExample:\n  git show HEAD:flows/register-device.yaml | flowpot diff - flows/register-device.yaml',
    )
    .action(async (before: string, after: string, options: { json?: boolean }) => {
      const { diff } = await import('./cli/diff.ts')
      finish(await diff(before, after, options))
    })

  program
    .command('openapi')
    .description('print an OpenAPI 3.1 document of what an application answers')
    .argument(...folderArgument)
    .option('--out <file>', 'write it there, in place of standard output')
    .option('--against <file>', 'say what breaks a client of this earlier document; - for standard input')
    .option(...jsonOption)
    .addHelpText('after', '\nExample:\n  git show HEAD:openapi.json | flowpot openapi --against -')
    .action(async (folder: string, options: OpenApiOptions) => {
      const { openapi } = await import('./cli/openapi.ts')
      finish(await openapi(folder, options))
    })

  program
    .command('new')
    .description('start an application: a folder with a flow and its test')
    .argument('<name>', 'its name, or a path that ends in it')
    .option(...jsonOption)
    .action(async (path: string, options: { json?: boolean }) => {
      const { newApplication } = await import('./cli/new.ts')
      finish(await newApplication(path, options))
    })

  const addExample = `\nExample:\n  flowpot add endpoint 'GET /devices/{id}'`
  program
    .command('add')
    .description('add to an application: an endpoint')
    .addHelpText('after', addExample)
    .command('endpoint')
    .description('start a flow that answers a route, and its test')
    .argument('<endpoint>', "method and route, such as 'GET /devices/{id}'")
    .option('--folder <folder>', folderArgument[1], folderArgument[2])
    .option(...jsonOption)
    .addHelpText('after', addExample)
    .action(async (endpoint: string, options: AddOptions) => {
      const { addEndpoint } = await import('./cli/add.ts')
      finish(await addEndpoint(endpoint, options))
    })

  program
    .command('schema')
    .description('print a JSON Schema of flows, application.yaml and tests, for editors')
    .argument('[folder]', "the application's folder: then the schema knows its custom nodes, and takes no others")
    .option('--out <file>', 'write it there, in place of standard output')
    .option(...jsonOption)
    .addHelpText('after', `\n${describeEditors()}`)
    .action(async (folder: string | undefined, options: SchemaOptions) => {
      const { schema } = await import('./cli/schema.ts')
      finish(await schema(folder, options))
    })
  return program
}

/** How an editor with the YAML language server is told. */
function describeEditors(): string {
  return `Example:
  flowpot schema --out flows/flow.schema.json

An editor with the YAML language server finds it by a line on top of each file:
  # yaml-language-server: $schema=flow.schema.json

or by its settings, which also tell it the tags of tests:
  "yaml.schemas": { "flows/flow.schema.json": "flows/*.yaml" },
  "yaml.customTags": ["!any scalar", "!match scalar", "!partial mapping", "!partial sequence"]`
}

function describeEnvironment(): string {
  const width = Math.max(...settings.map(([, { env }]) => env.length))
  return settings.map(([, { env, about }]) => `  ${env.padEnd(width)}  ${about}`).join('\n')
}

function readVersion(): string {
  // From the checkout the package stands beside this file, from the build one folder above.
  const candidates = ['./package.json', '../package.json'].map((path) => new URL(path, import.meta.url))
  for (const candidate of candidates) {
    try {
      const { version }: { version?: string } = JSON.parse(readFileSync(candidate, 'utf8'))
      if (version) return version
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
    }
  }
  return 'unknown'
}

async function main(argv: readonly string[]): Promise<number> {
  let code = 0
  const program = createProgram((finished) => {
    code = finished
  })
  try {
    await program.parseAsync(argv)
    return code
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    return reportFailure(error, argv.includes('--json'))
  }
}

function reportFailure(error: unknown, isJson: boolean): number {
  const isFlowpots = error instanceof FlowpotError
  const message = error instanceof Error ? error.message : String(error)
  if (isJson) printJson({ error: { code: isFlowpots ? error.code : 'ERROR', message } })
  printError(
    isFlowpots ? `error ${error.code}: ${message}` : `error: ${error instanceof Error ? error.stack : message}`,
  )
  if (isFlowpots && error.hint !== undefined) printError(`  hint: ${error.hint}`)
  return [callWrong, settingInvalid, folderUnreadable].some((wrong) => wrong.is(error)) ? 2 : 1
}

// A reader may leave early, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})
process.exitCode = await main(process.argv)
