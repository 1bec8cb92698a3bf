/** Gets a recorded run from the server that recorded it. */
import { findServer } from '../remote/remote-server.ts'

/** The record as JSON. `server` is the address of the application there. */
export async function fetchRun(server: string, id: string): Promise<string> {
  return (await findServer({ server })).get(`/runs/${encodeURIComponent(id)}`, `run ${id}`)
}
