/** Reads the files of an application's folder. */
import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { defineError } from '../../contracts/errors.ts'
import type { SourceFile } from '../source/position.ts'

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

/** Every YAML file directly in the folder, sorted by name. Paths are relative to the working directory, as a person would type them. */
export async function readFolder(folder: string): Promise<SourceFile[]> {
  try {
    const names = await readdir(folder)
    const yamlNames = names.filter((name) => /\.ya?ml$/.test(name)).sort()
    if (yamlNames.length === 0) throw folderEmpty({ folder })
    return await Promise.all(
      yamlNames.map(async (name) => {
        const path = join(folder, name)
        return { file: shownPath(path), text: await readFile(path, 'utf8') }
      }),
    )
  } catch (error) {
    if (folderEmpty.is(error)) throw error
    throw folderUnreadable({ folder, reason: reasonOf(error) }, { cause: error })
  }
}

function shownPath(path: string): string {
  const fromHere = relative(process.cwd(), path)
  return fromHere.startsWith('..') ? path : fromHere
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = 'code' in error ? error.code : undefined
  if (code === 'ENOENT') return 'it does not exist.'
  if (code === 'ENOTDIR') return 'it is a file, not a folder.'
  if (code === 'EACCES') return 'permission is denied.'
  return error.message
}
