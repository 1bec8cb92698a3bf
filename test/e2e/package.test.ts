/** The package as npm would publish it, installed with the dependencies that it declares and nothing else. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { dirname, extname, join } from 'node:path'
import { describe, expect } from 'vitest'
import { checkout, request } from './flowpot-process.ts'
import { it, type Scene } from './it.ts'

/** An empty folder into which the package is installed; its files, and how npm would run it. */
async function install(scene: Scene) {
  const empty = join(await scene.folder(), 'an empty folder')
  const modules = join(empty, 'node_modules')
  mkdirSync(modules, { recursive: true })
  // The product is built already.
  const pack = ['pack', '--ignore-scripts', '--json', '--pack-destination', empty]
  const packed = JSON.parse(execFileSync('npm', pack, { cwd: checkout, encoding: 'utf8' })) as { filename: string }[]
  execFileSync('tar', ['-xzf', packed[0]?.filename ?? '', '-C', modules], { cwd: empty })
  const home = join(modules, 'package')
  const manifest = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as {
    readonly bin: { readonly flowpot: string }
    readonly dependencies: Readonly<Record<string, string>>
  }
  for (const name of Object.keys(manifest.dependencies)) {
    mkdirSync(dirname(join(modules, name)), { recursive: true })
    symlinkSync(join(checkout, 'node_modules', name), join(modules, name))
  }
  const bin = join(home, manifest.bin.flowpot)
  return { empty, home, bin }
}

describe('the package', () => {
  it('creates, tests and serves an application in an empty folder', async ({ scene }) => {
    const { empty, bin } = await install(scene)
    expect(readFileSync(bin, 'utf8')).toMatch(/^#!.*node/)
    const flowpot = (...args: string[]) =>
      execFileSync(process.execPath, [bin, ...args], { cwd: empty, encoding: 'utf8' })
    const { version } = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8')) as { version: string }
    expect(flowpot('--version').trim()).toBe(version)
    flowpot('new', 'flows')
    expect(flowpot('test')).toMatch(/all passed/)
    const started = await scene.start({ command: [process.execPath, bin, 'start'], cwd: empty, folder: 'flows' })
    expect(await request(`${started.experience}/hello/Ada`)).toMatchObject({ status: 200 })
    expect(await started.stop()).toBe(0)
  })

  it('contains the program, the sample application and the pages, and nothing else', async ({ scene }) => {
    const { home } = await install(scene)
    expect(readdirSync(home).sort()).toEqual(['README.md', 'dist', 'docs', 'flows', 'package.json'])
    const kinds = (folder: string) => {
      const files = readdirSync(join(home, folder), { recursive: true, withFileTypes: true }).filter((entry) =>
        entry.isFile(),
      )
      return new Set(files.map(({ name }) => extname(name)))
    }
    expect(['dist', 'docs', 'flows'].map(kinds)).toEqual([['.js'], ['.md'], ['.yaml']].map((names) => new Set(names)))
    expect(readdirSync(join(home, 'dist'), { recursive: true })).toContainEqual(
      expect.stringMatching(/^[^/]+\/script-thread\.js$/),
    )
  })
})
