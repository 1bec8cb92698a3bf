/** The queue of scripts. Flows take turns, and within a flow the networks that call it, so that a network with many calls only delays itself. */

/** Tasks with the same script and network share a lane. */
export interface LaneTask {
  /** The source, which identifies the node of the flow. */
  readonly source: string
  /** The network that the request came from. `undefined` for a run that no request started. */
  readonly network: string | undefined
}

export interface ScriptTurns<Task extends LaneTask> {
  /** Returns the task that is refused if too many wait: this one, or the last one of the longest lane. */
  push(task: Task): Task | undefined
  /** The next task that `takes` accepts. */
  shift(takes: (task: Task) => boolean): Task | undefined
  delete(task: Task): void
  /** Returns the tasks that waited. */
  clear(): Task[]
}

export function sharesLane(one: LaneTask, other: LaneTask): boolean {
  return one.source === other.source && one.network === other.network
}

/** Tasks without a network are never refused, since their number is limited where they are started. */
export function createScriptTurns<Task extends LaneTask>(maxWaiting: number): ScriptTurns<Task> {
  /** By script, then by network. The first of each has the next turn, and then moves to the end. */
  const scripts = new Map<string, Map<string | undefined, Task[]>>()
  let size = 0

  const remove = (task: Task): void => {
    const networks = scripts.get(task.source)
    const lane = networks?.get(task.network)
    const index = lane?.indexOf(task) ?? -1
    if (!networks || !lane || index === -1) return
    lane.splice(index, 1)
    size--
    if (lane.length === 0) networks.delete(task.network)
    if (networks.size === 0) scripts.delete(task.source)
  }

  const longestLane = (): Task[] => {
    const lanes = [...scripts.values()].flatMap((networks) => [...networks.values()])
    return lanes.reduce((longest, lane) => (lane.length > longest.length ? lane : longest), [])
  }

  return {
    push(task) {
      const networks = scripts.get(task.source) ?? new Map<string | undefined, Task[]>()
      const lane = networks.get(task.network) ?? []
      let refused: Task | undefined
      if (task.network !== undefined && size >= maxWaiting) {
        const longest = longestLane()
        if (longest.length <= lane.length + 1) return task
        refused = longest.findLast(({ network }) => network !== undefined)
        if (!refused) return task
        remove(refused)
      }
      lane.push(task)
      networks.set(task.network, lane)
      scripts.set(task.source, networks)
      size++
      return refused
    },
    shift(takes) {
      for (const [source, networks] of scripts) {
        for (const [network, [task]] of networks) {
          if (!task || !takes(task)) continue
          remove(task)
          moveToEnd(networks, network)
          moveToEnd(scripts, source)
          return task
        }
      }
      return undefined
    },
    delete: remove,
    clear() {
      const tasks = [...scripts.values()].flatMap((networks) => [...networks.values()].flat())
      scripts.clear()
      size = 0
      return tasks
    },
  }
}

function moveToEnd<Key, Value>(map: Map<Key, Value>, key: Key): void {
  const value = map.get(key)
  if (value === undefined) return
  map.delete(key)
  map.set(key, value)
}
