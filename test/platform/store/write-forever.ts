/** Run as a process of its own: writes rows for as long as it lives and prints the ID of each once it was acknowledged. */
import { openStore } from '../../../platform/store/open-store.ts'

const store = await openStore({ file: process.argv[2] ?? '' })
let count = 0

async function writeOn(): Promise<void> {
  for (;;) {
    const id = String(count++)
    await store.write(async (tx) => {
      await tx.insertInto('device_tags').values({ key: 'k', value: 'v', device_id: id }).execute()
      await tx.insertInto('device_attributes').values({ name: 'n', data_type: 'number', device_id: id }).execute()
    })
    process.stdout.write(`${id}\n`)
  }
}

await Promise.all(Array.from({ length: 50 }, writeOn))
