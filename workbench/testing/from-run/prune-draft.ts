/** Removes from a test what it does not need to pass: stubs of calls that the platform answers, and seeds that nothing reads. */
import type { Draft } from './write-draft.ts'

export async function pruneDraft(draft: Draft, passes: (draft: Draft) => Promise<boolean>): Promise<Draft> {
  let pruned = draft
  const tryWithout = async (shorter: Draft) => {
    if (await passes(shorter)) pruned = shorter
  }
  for (const name of Object.keys(draft.stubs ?? {})) await tryWithout({ ...pruned, stubs: without(pruned.stubs, name) })
  for (const kind of ['devices', 'users', 'groups'] as const) {
    for (const one of draft.seed?.[kind] ?? []) {
      const left = pruned.seed?.[kind]?.filter((other) => other !== one) ?? []
      const seed = left.length > 0 ? { ...pruned.seed, [kind]: left } : without(pruned.seed, kind)
      await tryWithout({ ...pruned, seed })
    }
  }
  return pruned
}

function without<Value extends object>(map: Value | undefined, key: string): Value | undefined {
  const left = Object.entries(map ?? {}).filter(([name]) => name !== key)
  // All keys of the map are optional.
  return left.length === 0 ? undefined : (Object.fromEntries(left) as Value)
}
