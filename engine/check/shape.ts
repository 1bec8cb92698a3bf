/**
 * What is known, before any run, of the values that can stand at a path. Three answers: present, absent, unknown;
 * only absent is worth a complaint.
 */
export type Shape =
  /** Anything may stand there, or nothing. */
  | { readonly kind: 'unknown' }
  /** A text, a number, a boolean or null: nothing stands below it. */
  | { readonly kind: 'scalar' }
  /** An object with these keys; with others too if it is open. */
  | { readonly kind: 'object'; readonly keys: ReadonlyMap<string, Shape>; readonly open: boolean }
  /** A list of such items. */
  | { readonly kind: 'list'; readonly items: Shape }
