/** The commands of `flowpot` with their arguments, options and help. The modules of a command are loaded when it is called, so that `--help` answers at once. */
import { Command, Option } from 'commander'
import { type AnySetting, settingDefinitions } from '../server/settings.ts'
import { readVersion } from './version.ts'

const folderArgument = ['[folder]', "the application's folder", 'flows'] as const
const jsonOption = ['--json', 'print JSON, for programs'] as const
const serverOption = [
  '--server <url>',
  'where to look up the ID of a run: the address of the application on its server',
] as const
const serverHelp = `The token for the server comes from the environment variable FLOWPOT_ADMIN_TOKEN:
  --server http://127.0.0.1:8090/applications/6b0440c316200086f035eabd`
const settings: readonly (readonly [string, AnySetting])[] = Object.entries(settingDefinitions)

/** `finish` is told the exit code of the command that was called. */
export function createProgram(finish: (code: number) => void): Command {
  const program = new Command('flowpot')
    .description('Runs HTTP APIs for connected products from declarative YAML flows.')
    .version(readVersion(), '-v, --version')
    .exitOverride()
    .showHelpAfterError('Add --help to see what the command takes.')
  /** Loads a command and calls it with what commander hands it: the arguments, then the options. */
  const calls =
    <Given extends readonly unknown[]>(load: () => Promise<(...given: Given) => Promise<number>>) =>
    async (...given: Given) =>
      finish(await (await load())(...given))

  const start = program.command('start').description('serve an application: its endpoints, and the REST API')
  start.argument(...folderArgument).option(...jsonOption)
  start.option('--watch', 'reload the flows as their files change')
  for (const [, { flag, placeholder, about, default: byDefault, defaultText = String(byDefault) }] of settings) {
    if (flag) start.addOption(new Option(`${flag} <${placeholder}>`, `${about} (${defaultText})`))
  }
  start.addHelpText('after', `\nEnvironment:\n${describeEnvironment()}`)
  start.action(calls(async () => (await import('./start.ts')).start))

  program
    .command('check')
    .description('report everything that is wrong with an application')
    .argument(folderArgument[0], `${folderArgument[1]}; - for one flow from standard input`, folderArgument[2])
    .option('--explain <code>', 'say what a code such as FLOW_ABSENT_PATH means')
    .option(...jsonOption)
    .action(calls(async () => (await import('./check.ts')).check))

  program
    .command('run')
    .description('dry-run a flow: on a temporary store, nothing saved, nothing sent')
    .argument('<flow>', "the flow's file, such as flows/register-device.yaml")
    .option('--user <email>', 'send the request as this experience user, who is created if there is none')
    .option('--body <json>', "the request's body")
    .option('--request <request>', "method and path, such as 'GET /devices/42?limit=5'")
    .option('--trigger <trigger>', "one of the flow's triggers: its type, route or name")
    .option('--payload <file>', 'a JSON file that is merged over the payload; - for standard input')
    .option('--live', 'run on the real store, with real effects')
    .option('--data <folder>', 'with --live: the data folder (.flowpot)')
    .option(...jsonOption)
    .addHelpText(
      'after',
      `\nExample:\n  flowpot run flows/register-device.yaml --user ada@lom.example \\\n    --body '{"deviceName":"Fern","manufacturerId":"1"}'`,
    )
    .action(calls(async () => (await import('./run.ts')).run))

  program
    .command('test')
    .description('run the tests beside the flows, each on a store of its own')
    .argument('[folder-or-file]', "the application's folder, or a flow or its tests (flows)")
    .option('--filter <text>', 'run only tests whose name contains this text')
    .option('--coverage', 'report which nodes and branches the tests reach')
    .option('--threshold <percent>', 'with --coverage: fail below this percentage')
    .option('--junit <file>', 'write the results to this file as JUnit XML')
    .option('--watch', 'run again as the files change')
    .option('--from-run <run>', 'make a test from a recorded run: its file, - for standard input, or its ID')
    .option(...serverOption)
    .option('--name <name>', 'with --from-run: what the test is called')
    .option(...jsonOption)
    .addHelpText('after', `\n${serverHelp}`)
    .action(calls(async () => (await import('./test.ts')).test))

  program
    .command('replay')
    .description('run a recorded run again, offline, and compare every step with the record')
    .argument('<run>', 'the recorded run: its file, - for standard input, or its ID')
    .option(...serverOption)
    .option('--folder <folder>', "the application's folder, if it is not the one that the run was recorded from")
    .option('--against <flow>', "a changed flow's file: report the first node at which it differs")
    .option(...jsonOption)
    .addHelpText('after', `\n${serverHelp}`)
    .action(calls(async () => (await import('./replay.ts')).replay))

  ofServer(program.command('runs'))
    .description('list what a running server has recorded, or show one run node by node')
    .argument('[id]', 'the ID of the run, or of the request that started it')
    .option('--flow <flow>', "only runs of this flow: its file's name without .yaml")
    .option('--failed', 'only runs that failed')
    .option('--limit <number>', 'how many of the newest to look at, 1 to 100', '20')
    .option(...jsonOption)
    .action(calls(async () => (await import('./runs.ts')).runs))

  ofServer(program.command('logs'))
    .description('print what the flows of a running server have logged')
    .option('--follow', 'go on with what they log from now on')
    .option('--flow <flow>', "only of this flow: its file's name without .yaml")
    .option('--limit <number>', 'how many of the newest recorded runs to look through, 1 to 100', '20')
    .option(...jsonOption)
    .action(calls(async () => (await import('./logs.ts')).logs))

  ofServer(program.command('press'))
    .description('press a button of a flow on a running server, and show what the run did')
    .argument('<button>', "the button's name")
    .option('--flow <flow>', "the flow that has the button: its file's name without .yaml")
    .option('--payload <file>', 'a JSON file that becomes `data` of the run; - for standard input')
    .option('--no-wait', 'do not wait until the run has ended')
    .option(...jsonOption)
    .action(calls(async () => (await import('./press.ts')).press))

  program
    .command('routes')
    .description('list what an application answers')
    .argument(...folderArgument)
    .option(...jsonOption)
    .action(calls(async () => (await import('./routes.ts')).routes))

  program
    .command('graph')
    .description('draw a flow')
    .argument('<flow>', "the flow's file; - for standard input")
    .option('--mermaid', 'draw a Mermaid flowchart instead of a picture for the terminal')
    .option(...jsonOption)
    .action(calls(async () => (await import('./graph.ts')).graph))

  program
    .command('diff')
    .description('show what changed in a flow: nodes that were added, removed, rewired or configured differently')
    .argument('<before>', "the flow's file as it was; - for standard input")
    .argument('<after>', "the flow's file as it is")
    .option(...jsonOption)
    .addHelpText(
      'after',
      '\nExample:\n  git show HEAD:flows/register-device.yaml | flowpot diff - flows/register-device.yaml',
    )
    .action(calls(async () => (await import('./diff.ts')).diff))

  program
    .command('openapi')
    .description('print an OpenAPI 3.1 document of what an application answers')
    .argument(...folderArgument)
    .option('--out <file>', 'write to this file instead of standard output')
    .option('--against <file>', 'report what breaks clients of this earlier document; - for standard input')
    .option(...jsonOption)
    .addHelpText('after', '\nExample:\n  git show HEAD:openapi.json | flowpot openapi --against -')
    .action(calls(async () => (await import('./openapi.ts')).openapi))

  program
    .command('new')
    .description('create an application: a folder with a flow and its test')
    .argument('<name>', 'its name, or a path that ends in it')
    .option(...jsonOption)
    .action(calls(async () => (await import('./new.ts')).newApplication))

  const addExample = `\nExample:\n  flowpot add endpoint 'GET /devices/{id}'`
  program
    .command('add')
    .description('add something to an application: an endpoint')
    .addHelpText('after', addExample)
    .command('endpoint')
    .description('create a flow that answers a route, and its test')
    .argument('<endpoint>', "method and route, such as 'GET /devices/{id}'")
    .option('--folder <folder>', folderArgument[1], folderArgument[2])
    .option(...jsonOption)
    .addHelpText('after', addExample)
    .action(calls(async () => (await import('./add.ts')).addEndpoint))

  program
    .command('schema')
    .description('print a JSON Schema of flows, application.yaml and tests, for editors')
    .argument('[folder]', "the application's folder: the schema then accepts its custom nodes and no others")
    .option('--out <file>', 'write to this file instead of standard output')
    .option(...jsonOption)
    .addHelpText('after', `\n${describeEditors()}`)
    .action(calls(async () => (await import('./schema.ts')).schema))

  program
    .command('lsp')
    .description('serve editors: the Language Server Protocol over standard input and output')
    .option('--stdio', 'what editors add; there is no other way to speak to it')
    .action(async () => {
      const { lsp } = await import('./lsp.ts')
      await lsp()
    })
  return program
}

/** Adds how the command finds the server and its token. */
function ofServer(command: Command): Command {
  return command
    .option('--server <url>', 'the address of the application: http://127.0.0.1:8090/applications/ID')
    .option('--token-file <file>', 'a file that has the token for it')
    .option('--data <folder>', 'the data folder of a server on this machine, which says both (.flowpot)')
    .addHelpText(
      'after',
      `
Without --server it is the server that runs on the data folder, if FLOWPOT_SERVER does not name another.
The token for another server comes from --token-file or the environment variable FLOWPOT_ADMIN_TOKEN.`,
    )
}

/** How to make an editor with the YAML language server use the schema. */
function describeEditors(): string {
  return `Example:
  flowpot schema --out flows/flow.schema.json

An editor with the YAML language server finds it through a line at the top of each file:
  # yaml-language-server: $schema=flow.schema.json

or through its settings, which can also declare the tags of tests:
  "yaml.schemas": { "flows/flow.schema.json": "flows/*.yaml" },
  "yaml.customTags": ["!any scalar", "!match scalar", "!partial mapping", "!partial sequence"]`
}

function describeEnvironment(): string {
  const width = Math.max(...settings.map(([, { env }]) => env.length))
  return settings.map(([, { env, about }]) => `  ${env.padEnd(width)}  ${about}`).join('\n')
}
