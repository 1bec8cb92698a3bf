/**
 * The processor time in milliseconds that this process spends on the work. Unlike time on the clock, it does not grow while other processes keep the
 * machine busy.
 */
export async function cpuMsOf(work: () => unknown): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}
