/** Reads the files of an application's folder. */
import { lstat, readdir, readFile, stat } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { defineError } from '../../contracts/errors.ts'
import type { SourceFile, Unread } from '../source/position.ts'
import { isHidden, isYamlFile } from './file-kinds.ts'

export const folderUnreadable = defineError<{ folder: string; reason: string }>(
  'APPLICATION_FOLDER_UNREADABLE',
  500,
  ({ folder, reason }) => `The application's folder ${folder} cannot be read: ${reason}`,
)

export const folderEmpty = defineError<{ folder: string }>(
  'APPLICATION_FOLDER_EMPTY',
  500,
  ({ folder }) => `The folder ${folder} has no YAML file, so there is nothing to serve.`,
)

/** A larger file is not a flow, and is not read into memory. */
const maxBytes = 4 * 1024 * 1024

/**
 * Every YAML file in the folder itself, sorted by name. Paths are relative to the working folder, as a person would type them. YAML files
 * that cannot be read, and folders with YAML files in them, have `unread`, so that they are reported.
 */
export async function readFolder(folder: string): Promise<SourceFile[]> {
  let names: string[]
  try {
    names = await readdir(folder)
  } catch (error) {
    throw folderUnreadable({ folder, reason: reasonOf(error) }, { cause: error })
  }
  const entries = names.filter((name) => !isHidden(name)).sort()
  const found = await Promise.all(entries.map((name) => readEntry(join(folder, name), name)))
  const sources = found.filter((source) => source !== undefined)
  if (!sources.some(({ file }) => isYamlFile(file))) throw folderEmpty({ folder })
  return sources
}

/** `undefined` for a file that is not part of the application. */
async function readEntry(path: string, name: string): Promise<SourceFile | undefined> {
  const file = shownPath(path)
  const unread = (reason: string): SourceFile => ({ file, text: '', unread: cannotBeRead(reason) })
  try {
    const kind = await stat(path)
    if (kind.isDirectory()) return (await hasYaml(path)) ? { file: `${file}/`, text: '', unread: notRead } : undefined
    if (!isYamlFile(name)) return undefined
    if (!kind.isFile()) return unread('it is not a file.')
    if (kind.size > maxBytes) return unread(`it has more than ${maxBytes} bytes.`)
    return { file, text: await readFile(path, 'utf8') }
  } catch (error) {
    if (!isYamlFile(name)) return undefined
    if (!isMissing(error)) return unread(reasonOf(error))
    // A broken link still exists. A file that does not was just deleted or renamed, as editors do when they save.
    const isLink = await lstat(path).then(
      () => true,
      () => false,
    )
    return isLink ? unread('it is a link that leads nowhere.') : undefined
  }
}

function cannotBeRead(reason: string): Unread {
  return {
    severity: 'error',
    message: `The file cannot be read: ${reason}`,
    hint: 'Make it readable, delete it, or move it out of the folder.',
  }
}

const notRead: Unread = {
  severity: 'warning',
  message:
    'The YAML files of this folder are not read: flows and their tests must be in the application’s folder itself.',
  hint: 'Move the files up, or give the folder a name that begins with a dot.',
}

/** Whether a folder has YAML files in it. One that cannot be read counts as empty. */
async function hasYaml(path: string): Promise<boolean> {
  const names = await readdir(path).catch(() => [])
  return names.some((name) => isYamlFile(name) && !isHidden(name))
}

function shownPath(path: string): string {
  const fromHere = relative(process.cwd(), path)
  return fromHere.startsWith('..') ? path : fromHere
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = 'code' in error ? error.code : undefined
  if (code === 'ENOENT') return 'it does not exist.'
  if (code === 'ENOTDIR') return 'it is a file, not a folder.'
  if (code === 'EACCES') return 'permission is denied.'
  if (code === 'ELOOP') return 'it is a link that leads in a circle.'
  return error.message
}
