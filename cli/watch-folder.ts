/** Watches an application's folder for changes of its YAML files. */
import { once } from 'node:events'
import { basename, dirname, resolve } from 'node:path'
import { isHidden, isYamlFile } from '../workbench/file-kinds.ts'
import { printError } from './output.ts'

export interface WatchedFolder {
  /** Tells `listener` of each change once it has settled, and of one that came before. */
  onChange(listener: () => void): void
  close(): Promise<void>
}

export async function watchFolder(folder: string): Promise<WatchedFolder> {
  let tell: (() => void) | undefined
  let isChanged = false
  // Only needed for development, so it is not loaded when flows are only served.
  const { watch } = await import('chokidar')
  const root = resolve(folder)
  // Watches the parent folder, so that a folder that is moved away and back, or created again, is still seen.
  const above = dirname(root)
  const watcher = watch(above, {
    ignored: (path) => path !== above && path !== root && dirname(path) !== root,
    ignoreInitial: true,
    depth: 1,
    awaitWriteFinish: { stabilityThreshold: 50, pollInterval: 10 },
  })
  watcher.on('all', (_event, path) => {
    if (!isYamlFile(path) || isHidden(basename(path))) return
    isChanged = true
    tell?.()
  })
  await once(watcher, 'ready')
  watcher.on('error', (error) => printError(`Not watching: ${error instanceof Error ? error.message : String(error)}`))
  return {
    onChange(listener) {
      tell = listener
      if (isChanged) listener()
    },
    close: () => watcher.close(),
  }
}
