/** What is wrong with a file, where, and what to write instead. */
import type { DocumentPath, Position } from './position.ts'

export type Severity = 'error' | 'warning'

export interface Problem {
  readonly code: ProblemCode
  readonly severity: Severity
  /** Path of the file as it was given. */
  readonly file: string
  /** From 1. */
  readonly line: number
  /** From 1. */
  readonly column: number
  /** How many characters the code frame underlines; 1 by default. */
  readonly length?: number | undefined
  readonly message: string
  readonly hint?: string | undefined
  /** Further places that the message mentions, such as the other of two conflicting routes. */
  readonly related?: readonly (Position & { readonly file: string; readonly message: string })[] | undefined
}

export function hasErrors(problems: readonly Problem[]): boolean {
  return problems.some(({ severity }) => severity === 'error')
}

/** Every code of a problem with its meaning, as `docs/reference/errors.md` lists them. */
export const problemCodes = {
  FLOW_YAML_SYNTAX: 'The file is not well-formed YAML.',
  FLOW_YAML_TRAP: 'YAML reads something as a comment, an anchor or a number that was meant as text.',
  FLOW_TEMPLATE_SYNTAX: 'A template cannot be parsed.',
  FLOW_EXPRESSION_SYNTAX: 'An expression cannot be parsed.',
  FLOW_SCRIPT_SYNTAX: 'A script cannot be parsed.',
  FLOW_UNKNOWN_HELPER: 'A template calls a helper that does not exist.',
  FLOW_UNKNOWN_FIELD: 'A key that the format, the node type or the trigger type does not know.',
  FLOW_MISSING_FIELD: 'A required field is missing.',
  FLOW_WRONG_TYPE: 'A value has a type that its field does not accept.',
  FLOW_UNKNOWN_NODE: 'A node type that does not exist.',
  FLOW_UNKNOWN_TRIGGER: 'No key of the trigger names a trigger type, or more than one does.',
  FLOW_UNKNOWN_TARGET: 'A wire names a node that the flow does not have.',
  FLOW_UNKNOWN_OUTPUT: 'A wire leaves from an output that the node does not have.',
  FLOW_UNKNOWN_CALL: 'An action that the platform does not have.',
  FLOW_UNKNOWN_BUTTON:
    'A node fires a button of a flow that the application does not have, or a button that the flow does not have.',
  FLOW_UNKNOWN_CUSTOM_NODE: 'A node uses a custom node that the application does not have.',
  FLOW_UNKNOWN_GROUP: 'An endpoint admits a group that the application does not seed.',
  FLOW_UNKNOWN_CONNECTION: 'A node uses a connection that `application.yaml` does not name.',
  FLOW_DUPLICATE_ID: 'Two nodes of a flow have the same ID.',
  FLOW_DUPLICATE_NAME:
    'Two flows have the same name, or file names that only differ in their extension; or two buttons of a flow, or two custom nodes, have the same name.',
  FLOW_TOO_LARGE: 'A flow has too many nodes.',
  FLOW_FALLS_INTO_TARGET: 'A wire leads to a node that the node above it also continues to.',
  FLOW_CROSSES_LOOP: 'A wire leads into a loop, or out of it.',
  FLOW_MISPLACED_BREAK: 'A wire says "break" outside of a loop, or in a loop whose iterations run at the same time.',
  FLOW_MISPLACED_NODE:
    'A node is not allowed there: a `return` in a loop or outside of a custom node, or a `reply` in a custom node.',
  FLOW_MISPLACED_TRIGGER: 'A custom node has a second trigger.',
  FLOW_CASE_NEVER_MATCHES: 'A case of a switch can never match.',
  FLOW_DECIDES_NOTHING: 'A node decides between ways that all lead to the same node, so it lets everything through.',
  FLOW_COMPARISON_DECIDED: 'A comparison or a condition that is always true or never, by what is known of its values.',
  FLOW_LOOKS_LIKE_TEMPLATE: 'A text looks like a path or a template, and is used as it is.',
  FLOW_SECRET_IN_FLOW: 'A flow contains a password, a key or a token.',
  FLOW_DATE_FORMAT: 'A template formats a date in a time zone or a format that does not exist.',
  FLOW_UNREACHABLE: 'Nothing leads to a node.',
  FLOW_CYCLE: 'The wires form a cycle.',
  FLOW_USES_ITSELF: 'A custom node uses itself, or custom nodes use each other in a circle.',
  FLOW_NO_REPLY: 'A way through an endpoint flow ends without a reply.',
  FLOW_REPLIES_TWICE: 'A way through an endpoint flow replies twice; only the first counts.',
  FLOW_NO_RETURN: 'A way through a custom node ends without a return.',
  FLOW_RETURNS_TWICE: 'Two branches of a custom node both return; only the first counts.',
  FLOW_ABSENT_PATH: 'A node reads a path that nothing before it can have written.',
  FLOW_ROUTE_SYNTAX: 'A route cannot be parsed.',
  FLOW_ROUTE_CONFLICT: 'Two endpoints have the same method and route.',
  FLOW_UNSAFE_PATH: 'A path names __proto__, constructor or prototype.',
  APPLICATION_INVALID: '`application.yaml` has an error.',
  APPLICATION_FILE_UNREAD: 'A file, or a folder with YAML files, in the application’s folder is not read.',
  APPLICATION_CONNECTION_NOT_SET: 'The environment variable of a connection that `application.yaml` names is not set.',
  APPLICATION_SECRET_NOT_SET: 'The environment variable of a secret that `application.yaml` names is not set.',
  TEST_INVALID: 'A test file has an error.',
  APPLICATION_UNSUPPORTED: 'This kind of folder cannot be served yet.',
} as const

export type ProblemCode = keyof typeof problemCodes

/** A problem of one field, before its place in the file is known. */
export interface FieldProblem extends Pick<Problem, 'code' | 'message' | 'hint' | 'length'> {
  /** The path of the field within what is checked, such as a node. */
  readonly at: DocumentPath
  /** Points at the key and not at its value. */
  readonly atKey?: boolean | undefined
  /** Characters from the start of the value at `at`. */
  readonly offset?: number | undefined
  readonly severity?: Severity
}
