/**
 * Finds the subscribers of a message: what Aedes calls `mq`. Aedes' own, mqemitter, keeps a message until the sockets of all
 * subscribers have taken it, and keeps at most a hundred, so one slow reader stops the whole broker. This one does not wait;
 * `forward.ts` disconnects a reader that leaves too much unread.
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
      // Aedes expects the callback only after this call has returned.
      if (done) setImmediate(done)
    },
    emit(message, done) {
      const listeners = new Set(byTopic.get(message.topic))
      // The platform's topics match only filters without wildcards, since only those were authorised for them.
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

/** Also removes the branches that are empty afterwards. */
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
  // `a/#` also matches `a`, [MQTT-4.7.1-2].
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
