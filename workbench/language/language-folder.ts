/** The folder of an application as an editor has it: files on disk, and over them the unsaved text of those that are open. */
import { readdir, readFile } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { FlowpotError } from '../../contracts/errors.ts'
import { isApplicationFile, isHidden, isTestFile, isYamlFile } from '../../engine/load/file-kinds.ts'
import { readFolder } from '../../engine/load/read-folder.ts'
import type { SourceFile } from '../../engine/source/position.ts'
import { createFolderChecker, type FolderCheck } from '../check-folder.ts'

export interface LanguageFolder {
  readonly path: string
  /** Uses the unsaved text of a file instead of the file on disk. */
  open(path: string, text: string): void
  close(path: string): void
  openFiles(): readonly string[]
  /** `undefined` if the folder is not an application, so that its files have no problems. Requests that come at the same time share one check. */
  check(): Promise<FolderCheck | undefined>
}

/** Absolute, for a file as problems name it. */
export function pathOf(file: string): string {
  return resolve(file)
}

export function createLanguageFolder(path: string): LanguageFolder {
  const unsaved = new Map<string, string>()
  const checkAgain = createFolderChecker()
  let known = new Map<string, SourceFile>()
  let last: FolderCheck | undefined
  let changes = 0
  let underWay: { readonly changes: number; readonly check: Promise<FolderCheck | undefined> } | undefined

  /** Files that have not changed stay the same objects, by which the checker knows them. */
  const keepUnchanged = (sources: readonly SourceFile[]): readonly SourceFile[] => {
    const kept = sources.map((source) => {
      const before = known.get(source.file)
      const isSame = before?.text === source.text && before.unread?.message === source.unread?.message
      return before && isSame ? before : source
    })
    known = new Map(kept.map((source) => [source.file, source]))
    return kept
  }

  const look = async () => {
    if (!(await mayBeApplication(path, unsaved))) return undefined
    const sources = keepUnchanged(withUnsaved(await filesOnDisk(path), unsaved))
    if (!sources.some(showsApplication)) return undefined
    const isUnchanged = last?.sources.length === sources.length && sources.every((file, i) => file === last?.sources[i])
    if (!last || !isUnchanged) last = checkAgain(sources)
    return last
  }

  return {
    path,
    open(file, text) {
      unsaved.set(file, text)
      changes++
    },
    close(file) {
      unsaved.delete(file)
      changes++
    },
    openFiles: () => [...unsaved.keys()],
    check() {
      if (underWay?.changes === changes) return underWay.check
      const own = { changes, check: look() }
      underWay = own
      const end = () => {
        if (underWay === own) underWay = undefined
      }
      own.check.then(end, end)
      return own.check
    },
  }
}

/** Whether reading the folder is worth it. Editors open YAML files of all kinds, some next to thousands of others. */
async function mayBeApplication(path: string, unsaved: ReadonlyMap<string, string>): Promise<boolean> {
  for (const [file, text] of unsaved) {
    if (isTestFile(file) || showsApplication({ file, text })) return true
  }
  const names = await readdir(path).catch(() => [])
  const settings = names.find(isApplicationFile)
  if (settings === undefined) return false
  const text = await readFile(join(path, settings), 'utf8').catch(() => '')
  return showsApplication({ file: settings, text })
}

/** Other frameworks have files with these names, too, so the content decides. */
function showsApplication({ file, text }: SourceFile): boolean {
  if (isApplicationFile(file)) return /^name:/m.test(text)
  return !isTestFile(file) && /^on:/m.test(text) && /^nodes:/m.test(text)
}

/** The folder may have vanished while its files are still open. */
async function filesOnDisk(path: string): Promise<readonly SourceFile[]> {
  try {
    return await readFolder(path)
  } catch (error) {
    if (!(error instanceof FlowpotError)) throw error
    return []
  }
}

function withUnsaved(onDisk: readonly SourceFile[], unsaved: ReadonlyMap<string, string>): readonly SourceFile[] {
  const paths = new Set(onDisk.map(({ file }) => pathOf(file)))
  const changed = onDisk.map((source) => {
    const text = unsaved.get(pathOf(source.file))
    return text === undefined ? source : { file: source.file, text }
  })
  const added = [...unsaved].flatMap(([path, text]) => {
    const isOfFolder = isYamlFile(path) && !isHidden(basename(path)) && !paths.has(path)
    return isOfFolder ? [{ file: shownPath(path), text }] : []
  })
  // In the order of `readFolder`.
  return [...changed, ...added].sort((a, b) => (basename(a.file) < basename(b.file) ? -1 : 1))
}

/** The path as `readFolder` would show it. */
function shownPath(path: string): string {
  const fromHere = relative(process.cwd(), dirname(path))
  return fromHere.startsWith('..') ? path : join(fromHere, basename(path))
}
