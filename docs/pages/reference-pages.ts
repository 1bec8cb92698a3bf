/** Every page of the reference, by path from the root of the checkout. */
import { nodeTypes, triggerTypes } from '../../nodes/index.ts'
import { restResources } from '../../server/resources/catalogue.ts'
import { errorsPage } from './errors-page.ts'
import { lines, table } from './markdown.ts'
import { nodePage } from './node-page.ts'
import { apiIndexPage, resourcePage } from './resource-page.ts'
import { settingsPage } from './settings-page.ts'
import { triggerPage } from './trigger-page.ts'

/** Folders that hold generated pages and nothing else. */
export const generatedFolders = ['docs/reference/nodes', 'docs/reference/triggers', 'docs/reference/api'] as const

/** `root` is the checkout, with a slash at its end. */
export function referencePages(root: string): ReadonlyMap<string, string> {
  return new Map([
    ...nodeTypes.map((type): [string, string] => [`docs/reference/nodes/${type.type}.md`, nodePage(type)]),
    [
      'docs/reference/nodes/README.md',
      indexPage(
        'Node types',
        nodeTypes.map(({ type, summary }) => ({ name: type, summary })),
      ),
    ],
    ...triggerTypes.map((type): [string, string] => [`docs/reference/triggers/${type.key}.md`, triggerPage(type)]),
    [
      'docs/reference/triggers/README.md',
      indexPage(
        'Triggers',
        triggerTypes.map(({ key, summary }) => ({ name: key, summary })),
      ),
    ],
    ['docs/reference/api/README.md', apiIndexPage(restResources)],
    ...[...new Set(restResources.map(({ name }) => name))].map((name): [string, string] => [
      `docs/reference/api/${name}.md`,
      resourcePage(
        name,
        restResources.filter((resource) => resource.name === name),
      ),
    ]),
    ['docs/reference/errors.md', errorsPage(root)],
    ['docs/reference/settings.md', settingsPage()],
  ])
}

function indexPage(title: string, entries: readonly { readonly name: string; readonly summary: string }[]): string {
  const sorted = entries.toSorted((a, b) => a.name.localeCompare(b.name, 'en'))
  return lines(
    `# ${title}`,
    table(
      ['type', 'what it is'],
      sorted.map(({ name, summary }) => [`[${name}](${name}.md)`, summary]),
    ),
  )
}
