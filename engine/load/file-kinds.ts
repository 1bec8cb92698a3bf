/** Tells the kinds of files in an application's folder by their names. */

/** Case is ignored, since other systems write `FLOW.YAML`. */
export function isYamlFile(file: string): boolean {
  return /\.ya?ml$/i.test(file)
}

/**
 * Files that editors and systems put next to others: Emacs' locks (`.#flow.yaml`) and autosaves (`#flow.yaml#`), Vim's swap files,
 * `._flow.yaml` of macOS, and whatever else begins with a dot.
 */
export function isHidden(name: string): boolean {
  return name.startsWith('.') || name.startsWith('#')
}

export function isApplicationFile(file: string): boolean {
  return /^application\.ya?ml$/i.test(baseName(file))
}

export function isTestFile(file: string): boolean {
  return /\.test\.ya?ml$/i.test(file)
}

/** Whether a file of an application's folder is a flow. */
export function isFlowFile(file: string): boolean {
  return isYamlFile(file) && !isApplicationFile(file) && !isTestFile(file)
}

/** `register-user` of `flows/register-user.yaml` and of `flows/register-user.test.yaml`. */
export function flowIdOf(file: string): string {
  return baseName(file).replace(/(?:\.test)?\.ya?ml$/i, '')
}

function baseName(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1)
}
