import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { folderEmpty, folderUnreadable, readFolder } from '../../../engine/load/read-folder.ts'

describe('reading a folder', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'flowpot-test-'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  it('gives every YAML file in it, by name', async () => {
    for (const name of ['b.yaml', 'a.yml', 'notes.txt']) await writeFile(join(folder, name), name)
    const sources = await readFolder(folder)
    expect(sources.map(({ text }) => text)).toEqual(['a.yml', 'b.yaml'])
  })

  it('says that there is nothing to serve where no YAML file is', async () => {
    await expect(readFolder(folder)).rejects.toSatisfy(folderEmpty.is)
  })

  it('says why a folder cannot be read', async () => {
    await expect(readFolder(join(folder, 'none'))).rejects.toThrow(/does not exist/)
    await writeFile(join(folder, 'file'), '')
    await expect(readFolder(join(folder, 'file'))).rejects.toThrow(/a file, not a folder/)
    await expect(readFolder(join(folder, 'none'))).rejects.toSatisfy(folderUnreadable.is)
  })
})
