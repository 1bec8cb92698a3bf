/** Builds what the end-to-end tests start, once before all tests, so that they never drive a stale build. */
import { execFileSync } from 'node:child_process'

export function setup(): void {
  execFileSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' })
}
