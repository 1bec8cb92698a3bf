/** The tables that the benchmarks print. */

export function print(line = ''): void {
  process.stdout.write(`${line}\n`)
}

export function headings([first = '', ...others]: readonly string[]): string {
  return first.padStart(12) + others.map((heading) => heading.padStart(10)).join('')
}

export function column(value: number, width = 10, digits = 1): string {
  return value.toFixed(digits).padStart(width)
}
