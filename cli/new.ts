/** `flowpot new`: creates an application. If something fails, no part of its folder is left. */
import { randomUUID } from 'node:crypto'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { settingDefinitions } from '../server/settings.ts'
import { alreadyThere, callWrong, codeOf, notWritable } from '../workbench/refusals.ts'
import { yamlText } from '../workbench/scaffold/yaml-text.ts'
import { print, printJson, shellQuoted } from './output.ts'

/** `path` ends in the application's name. */
export async function newApplication(path: string, { json = false }: { json?: boolean }): Promise<number> {
  const name = nameOf(path)
  const folder = join(dirname(path), name)
  const files = filesOf(name)
  await placeFolder(folder, files)
  const names = Object.keys(files)
  if (json) {
    printJson({ folder, files: names.map((name) => join(folder, name)) })
    return 0
  }
  print(`Made ${folder}: ${names.join(', ')}.

Next:
  cd ${shellQuoted(folder)}
  flowpot test .
  flowpot start . --watch
  curl http://127.0.0.1:${settingDefinitions.port.default}/hello/Ada`)
  return 0
}

function nameOf(path: string): string {
  const name = basename(path)
  if (/^[\p{L}\p{N}][\p{L}\p{M}\p{N}._-]{0,63}$/u.test(name)) return name
  throw callWrong(
    { problem: `${JSON.stringify(path)} does not end in a name that an application can have.` },
    {
      hint: 'A name begins with a letter or digit and goes on with letters, digits, - _ and ., 64 characters at most.',
    },
  )
}

function filesOf(name: string): Readonly<Record<string, string>> {
  return {
    'application.yaml': `name: ${yamlText(name)}

# Stands at globals on the payload of every run.
globals:
  greeting: Hello
`,
    'hello.yaml': `name: Hello
description: Greets whoever asks.

on:
  endpoint: GET /hello/{name}
  access: public

nodes:
  - id: greet
    type: reply
    status: 200
    body:
      message: << globals.greeting >>, << data.params.name >>!
`,
    'hello.test.yaml': `- name: greets by name
  request:
    method: GET
    path: /hello/Ada
  expect:
    status: 200
    body: { message: "Hello, Ada!" }
    visits: [ greet ]
`,
    '.gitignore': `# What a server keeps: devices, users, keys.
.flowpot/
`,
  }
}

/** Makes the folder under another name first, so that it is complete when it appears. */
async function placeFolder(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  const draft = join(dirname(folder), `.flowpot-new-${randomUUID()}`)
  await mkdir(draft).catch((cause: unknown) => {
    throw notWritable(folder, cause)
  })
  try {
    for (const [name, text] of Object.entries(files)) await writeFile(join(draft, name), text)
    // Replaces an empty folder. Fails if there is anything else.
    await rename(draft, folder)
  } catch (cause) {
    await rm(draft, { recursive: true, force: true })
    if (!taken.has(codeOf(cause))) throw notWritable(folder, cause)
    throw alreadyThere({ path: folder }, { cause, hint: 'Take another name, or empty the folder.' })
  }
}

/** The system's codes for a folder that is not empty, and for a file or link. */
const taken: ReadonlySet<string | undefined> = new Set(['ENOTEMPTY', 'EEXIST', 'ENOTDIR'])
