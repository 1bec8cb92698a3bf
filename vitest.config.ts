import { defineConfig } from 'vitest/config'
import { patienceMs } from './test/patience.ts'

const property = ['test/**/*.property.test.ts']
const e2e = ['test/e2e/**/*.test.ts']

export default defineConfig({
  test: {
    testTimeout: patienceMs,
    hookTimeout: patienceMs,
    // Below the bound of the test, so that a failure shows what was polled last.
    expect: { poll: { timeout: patienceMs / 3 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...property, ...e2e],
          isolate: false,
          setupFiles: ['test/leave-nothing.ts'],
        },
      },
      { extends: true, test: { name: 'property', include: property, exclude: e2e } },
      { extends: true, test: { name: 'e2e', include: e2e, globalSetup: ['test/build.ts'] } },
    ],
  },
})
