/** A trigger as it stands in the flow, from its ID: `POST /devices`, `local`, a button's name. */
export function labelOf(triggerId: string): string {
  return triggerId.split('/').slice(2).join('/')
}
