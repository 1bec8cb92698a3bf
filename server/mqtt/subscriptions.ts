/**
 * Who is told of a message: what Aedes calls `mq`. Its own, mqemitter, holds a message until every subscriber's socket has
 * taken it, and no more than a hundred at once: one reader that is slow stops the whole broker. This one waits for nobody;
 * `forward.ts` ends a reader that leaves too much unread.
 */
import { isWildcard } from './topics.ts'

type Listener = (packet: Message, done: () => void) => void

interface Message {
  readonly topic: string
}

interface Branch {
  readonly levels: Map<string, Branch>
  readonly listeners: Set<Listener>
}

export interface Subscriptions {
  on(filter: string, listener: Listener, done?: () => void): void
  removeListener(filter: string, listener: Listener, done?: () => void): void
  emit(message: Message, done?: (error?: Error) => void): void
  close(done: () => void): void
}

export function createSubscriptions(): Subscriptions {
  const byTopic = new Map<string, Set<Listener>>()
  const root = createBranch()
  return {
    on(filter, listener, done) {
      if (isWildcard(filter)) addTo(root, filter.split('/'), listener)
      else byTopic.set(filter, (byTopic.get(filter) ?? new Set()).add(listener))
      if (done) setImmediate(done)
    },
    removeListener(filter, listener, done) {
      const listeners = byTopic.get(filter)
      if (isWildcard(filter)) removeFrom(root, filter.split('/'), listener)
      else if (listeners?.delete(listener) && listeners.size === 0) byTopic.delete(filter)
      // Aedes sums up what it has removed only after the caller has gone on.
      if (done) setImmediate(done)
    },
    emit(message, done) {
      const listeners = new Set(byTopic.get(message.topic))
      // The platform's topics go to who asked for them by their name, which is authorised; `#` does not take them in.
      if (!message.topic.startsWith('losant')) collect(root, message.topic.split('/'), 0, listeners)
      for (const listener of listeners) listener(message, ignore)
      if (done) setImmediate(done)
    },
    close(done) {
      setImmediate(done)
    },
  }
}

const ignore = () => {}

function createBranch(): Branch {
  return { levels: new Map(), listeners: new Set() }
}

function addTo(root: Branch, levels: readonly string[], listener: Listener): void {
  let branch = root
  for (const level of levels) {
    const next = branch.levels.get(level) ?? createBranch()
    branch.levels.set(level, next)
    branch = next
  }
  branch.listeners.add(listener)
}

/** Branches that end in nothing go with it. */
function removeFrom(branch: Branch, [level, ...deeper]: readonly string[], listener: Listener): void {
  if (level === undefined) {
    branch.listeners.delete(listener)
    return
  }
  const next = branch.levels.get(level)
  if (!next) return
  removeFrom(next, deeper, listener)
  if (next.levels.size === 0 && next.listeners.size === 0) branch.levels.delete(level)
}

function collect(branch: Branch, levels: readonly string[], index: number, found: Set<Listener>): void {
  // `a/#` takes in `a` as well, [MQTT-4.7.1-2].
  for (const listener of branch.levels.get('#')?.listeners ?? []) found.add(listener)
  const level = levels[index]
  if (level === undefined) {
    for (const listener of branch.listeners) found.add(listener)
    return
  }
  for (const next of [branch.levels.get(level), branch.levels.get('+')]) {
    if (next) collect(next, levels, index + 1, found)
  }
}
