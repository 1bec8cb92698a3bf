/** Decides by a device's access key which topics it may use besides those of the platform. */
import { fromColumn } from '../../platform/records/schemas.ts'
import { covers } from '../../platform/runs/topic-filter.ts'
import type { ApplicationKeyTable } from '../../platform/store/tables.ts'
import { overlap } from './topics.ts'

export interface TopicRules {
  mayPublish(topic: string): boolean
  maySubscribe(filter: string): boolean
}

export type KeyTopics = Pick<ApplicationKeyTable, 'filter_type' | 'pub_topics' | 'sub_topics'>

/** Rules for topics that are not reserved. The topics that a key lists may be filters. */
export function topicRules(key: KeyTopics): TopicRules {
  const toPublish = allows(key.filter_type, fromColumn<string[]>(key.pub_topics))
  const toSubscribe = allows(key.filter_type, fromColumn<string[]>(key.sub_topics))
  return { mayPublish: toPublish, maySubscribe: toSubscribe }
}

export function haveSameTopics(one: KeyTopics, other: KeyTopics): boolean {
  return (
    one.filter_type === other.filter_type && one.pub_topics === other.pub_topics && one.sub_topics === other.sub_topics
  )
}

function allows(filterType: string, listed: readonly string[]): (filter: string) => boolean {
  switch (filterType) {
    case 'all':
      return () => true
    case 'whitelist':
      return (filter) => listed.some((one) => covers(one, filter))
    case 'blacklist':
      // A filter that matches a single forbidden topic is refused; otherwise `#` would bypass the list.
      return (filter) => !listed.some((one) => overlap(one, filter))
    default:
      return () => false
  }
}
