import { expect, it, onTestFinished, vi } from 'vitest'
import { openTemporaryStore } from '../../../platform/store/open-store.ts'
import { createServices } from '../../../server/compose/services.ts'
import { openPlatform } from '../../platform/test-platform.ts'
import { noEffects } from '../../services.ts'

it('The services of flows let others have their turn between answers that SQLite gives at once', async () => {
  const { platform } = await openPlatform(await openTemporaryStore())
  const { api, storage } = createServices(platform, noEffects)()
  let ms = performance.now()
  const now = vi.spyOn(performance, 'now').mockImplementation(() => ms)
  onTestFinished(() => now.mockRestore())
  for (const ask of [() => api('devices.get', {}), () => storage.get({ scope: 'flow', key: 'a' })]) {
    let turns = 0
    let isOver = false
    const count = () => {
      turns++
      if (!isOver) setImmediate(count)
    }
    setImmediate(count)
    for (let asked = 0; asked < 10; asked++) {
      ms += 11
      await ask()
    }
    isOver = true
    expect(turns).toBeGreaterThanOrEqual(9)
  }
})
