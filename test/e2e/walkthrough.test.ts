import { describe, expect } from 'vitest'
import { it } from './it.ts'
import { tellStory } from './tell-story.ts'

describe('lōm, from sign-up to a pot with a key of its own', () => {
  it('goes as the README tells', async ({ scene }) => {
    const flowpot = await scene.start()
    await tellStory(flowpot)
    expect(await flowpot.stop()).toBe(0)
  })
})
