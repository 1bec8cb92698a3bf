import { describe, expect, it } from 'vitest'
import { covers } from '../../../platform/runs/topic-filter.ts'
import { topicRules } from '../../../server/mqtt/topic-rules.ts'
import { isReserved, overlap, readDeviceTopic } from '../../../server/mqtt/topics.ts'

const id = '0123456789abcdef01234567'

describe('a device’s topic', () => {
  it.each([
    [`losant/${id}/state`, { deviceId: id, kind: 'state' }],
    [`losant/${id}/command`, { deviceId: id, kind: 'command' }],
    [`losant/${id}/other`, undefined],
    [`losant/${id}/state/`, undefined],
    [`/losant/${id}/state`, undefined],
    [`losant/${id.toUpperCase()}/state`, undefined],
    [`losant/${id}/state\n`, undefined],
    ['losant/+/command', undefined],
    [`losant/${id}/#`, undefined],
  ])('%j is read as %j', (topic, read) => {
    expect(readDeviceTopic(topic)).toEqual(read)
  })

  it.each([
    ['losant', true],
    ['losant/x', true],
    ['losants/own', true],
    ['$SYS/x', true],
    ['#', false],
    ['pots/losant', false],
    ['', false],
  ])('%j is reserved: %j', (topic, is) => {
    expect(isReserved(topic)).toBe(is)
  })
})

describe('filters', () => {
  it.each([
    ['a/b', 'a/b', true],
    ['a/b', 'a/B', false],
    ['a/+', 'a/b', true],
    ['a/+', 'a/b/c', false],
    ['a/+', 'a/', true],
    ['a/+', 'a', false],
    ['a/+', 'a/+', true],
    ['a/+', 'a/#', false],
    ['a/b', 'a/+', false],
    ['a/#', 'a', true],
    ['a/#', 'a/b/c', true],
    ['a/#', 'a/+/#', true],
    ['a/#', 'b/a', false],
    ['#', 'a/b', true],
    ['#', '#', true],
    ['+/#', '#', false],
    ['+', '', true],
  ])('%j covers %j: %j', (outer, inner, is) => {
    expect(covers(outer, inner)).toBe(is)
  })

  it.each([
    ['a/b', 'a/b', true],
    ['a/b', 'a/c', false],
    ['a/+', '+/b', true],
    ['a/+', 'a', false],
    ['a/#', 'a', true],
    ['a/#', '+/x/y', true],
    ['a/#', 'b/#', false],
    ['#', 'x', true],
    ['a/b/#', 'a', false],
  ])('%j and %j overlap: %j', (one, other, is) => {
    expect([overlap(one, other), overlap(other, one)]).toEqual([is, is])
  })
})

describe('the rules of a key', () => {
  const rules = (filter_type: string, listed: string[] = []) => {
    const topics = JSON.stringify(listed)
    const { mayPublish, maySubscribe } = topicRules({ filter_type, pub_topics: topics, sub_topics: topics })
    return (topic: string) => [mayPublish(topic), maySubscribe(topic)]
  }

  it.each<[string, string[], string, boolean]>([
    ['none', [], 'a', false],
    ['all', [], 'a', true],
    ['all', [], '#', true],
    ['whitelist', [], 'a', false],
    ['whitelist', ['a/+'], 'a/b', true],
    ['whitelist', ['a/+'], 'a/#', false],
    ['whitelist', ['x', 'a/#'], 'a/b/#', true],
    ['blacklist', [], 'a', true],
    ['blacklist', ['secret/#'], 'secret/x', false],
    ['blacklist', ['secret/#'], 'a', true],
    ['blacklist', ['secret/#'], '#', false],
    ['blacklist', ['secret/#'], '+/x', false],
    ['something else', [], 'a', false],
  ])('%s %j: %j is allowed: %j', (filterType, listed, topic, is) => {
    expect(rules(filterType, listed)(topic)).toEqual([is, is])
  })

  it('hold the topics to publish and those to subscribe to apart', () => {
    const { mayPublish, maySubscribe } = topicRules({
      filter_type: 'whitelist',
      pub_topics: '["p"]',
      sub_topics: '["s"]',
    })
    expect([mayPublish('p'), mayPublish('s'), maySubscribe('p'), maySubscribe('s')]).toEqual([true, false, false, true])
  })
})
