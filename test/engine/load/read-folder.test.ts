import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadApplication } from '../../../engine/load/load-application.ts'
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

  it('takes endings in any case, and no file of an editor or of a system', async () => {
    const names = ['a.YAML', 'b.Yml', '.c.yaml', '._a.yaml', '#a.yaml#', 'a.yaml~', '.a.yaml.swp', 'a.yaml.bak']
    for (const name of names) await writeFile(join(folder, name), name)
    await symlink('me@host.1:1', join(folder, '.#a.yaml'))
    const sources = await readFolder(folder)
    expect(sources.map(({ text }) => text)).toEqual(['a.YAML', 'b.Yml'])
  })

  it('reports what it cannot read, and reads all else', async () => {
    await writeFile(join(folder, 'good.yaml'), 'name: a\non: { button: a }\nnodes: [ { type: none } ]\n')
    await symlink('nowhere.yaml', join(folder, 'dangling.yaml'))
    await symlink('circle.yaml', join(folder, 'circle.yaml'))
    execFileSync('mkfifo', [join(folder, 'pipe.yaml')])
    await writeFile(join(folder, 'huge.yaml'), '')
    await truncate(join(folder, 'huge.yaml'), 5_000_000_000)
    for (const below of ['sub', 'named.yaml']) {
      await mkdir(join(folder, below))
      await writeFile(join(folder, below, 'g.yaml'), 'name: g')
    }
    await mkdir(join(folder, 'notes'))
    await symlink('none', join(folder, 'notes', 'x.yaml'))
    await mkdir(join(folder, '.git'))
    await writeFile(join(folder, '.git', 'x.yaml'), '')
    const sources = await readFolder(folder)
    expect(sources.filter(({ unread }) => !unread).map(({ file }) => file)).toEqual([join(folder, 'good.yaml')])
    const { problems, application } = loadApplication(sources, { nodeTypes: [], triggerTypes: [], actions: {} })
    expect(application).toBeUndefined()
    const told = problems.filter(({ code }) => code === 'APPLICATION_FILE_UNREAD')
    expect(told.map(({ file, severity, message }) => [file.slice(folder.length + 1), severity, message])).toEqual([
      ['circle.yaml', 'error', 'The file cannot be read: it is a link that leads in a circle.'],
      ['dangling.yaml', 'error', 'The file cannot be read: it is a link that leads nowhere.'],
      ['huge.yaml', 'error', 'The file cannot be read: it has more than 4194304 bytes.'],
      ['named.yaml/', 'warning', expect.stringContaining('this folder are not read')],
      ['notes/', 'warning', expect.stringContaining('this folder are not read')],
      ['pipe.yaml', 'error', 'The file cannot be read: it is not a file.'],
      ['sub/', 'warning', expect.stringContaining('this folder are not read')],
    ])
    expect(problems.filter(({ file }) => file.endsWith('pipe.yaml'))).toHaveLength(1)
  })

  it('takes application.yml for application.yaml, and no two of them', () => {
    const load = (...files: string[]) =>
      loadApplication(
        files.map((file) => ({ file, text: 'name: shop\n' })),
        {
          nodeTypes: [],
          triggerTypes: [],
          actions: {},
        },
      )
    expect(load('application.yml').application?.settings.name).toBe('shop')
    expect(load('Application.YAML').application?.settings.name).toBe('shop')
    expect(load('application.yaml', 'application.yml').problems).toMatchObject([
      { file: 'application.yml', severity: 'error' },
    ])
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
