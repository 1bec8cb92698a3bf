import { cp, symlink } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { checkout } from './flowpot-process.ts'
import type { Scene } from './it.ts'

/** A folder with the files of the checkout, for a test that changes or builds them. It has the same node_modules. */
export async function copyCheckout(scene: Scene): Promise<string> {
  const copy = await scene.folder()
  const left = new Set(['node_modules', '.git', '.flowpot'])
  await cp(checkout, copy, { recursive: true, filter: (source) => !left.has(relative(checkout, source)) })
  await symlink(join(checkout, 'node_modules'), join(copy, 'node_modules'))
  return copy
}
