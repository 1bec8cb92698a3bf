/** PEM as environment variables and forms have it: with `\n` for its line breaks, or with spaces in their place. Any other text stays as it is. */
export function mendPem(text: string): string {
  if (!text.includes('-----BEGIN ')) return text
  const lines = text.replaceAll('\\r', '').replaceAll('\\n', '\n')
  return lines.replace(block, (_, begin: string, body: string, end: string) =>
    [begin, ...body.trim().split(/\s+/), end].join('\n'),
  )
}

/** It does not match an encrypted key of the old form, whose headers have a hyphen and need their lines. */
const block = /(-----BEGIN [A-Z\d ]{1,40}-----)([^-]*)(-----END [A-Z\d ]{1,40}-----)/g
