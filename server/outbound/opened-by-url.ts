/** Keeps what is opened for a URL, such as a pool of connections. What could not be opened is opened anew the next time. */
export function createOpenedByUrl<Opened>(close: (opened: Opened) => Promise<void>) {
  const all = new Map<string, Promise<Opened>>()
  return {
    of(url: string, open: () => Promise<Opened>): Promise<Opened> {
      const known = all.get(url)
      if (known) return known
      const opening = open()
      all.set(url, opening)
      opening.catch(() => all.delete(url))
      return opening
    },
    async close(): Promise<void> {
      const opened = await Promise.allSettled(all.values())
      await Promise.all(opened.map((each) => each.status === 'fulfilled' && close(each.value)))
    },
  }
}
