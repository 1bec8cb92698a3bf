import type { NodeExample } from '../../../engine/node.ts'

const fern = { _id: { $oid: '6a1c2d3e4f5a6b7c8d9e0f1b' }, name: 'Fern', moisture: 0.2 }

export const mongoExamples: readonly NodeExample[] = [
  {
    title: 'The dry pots of an owner',
    yaml: `type: mongo
connection: garden
collection: pots
operation: find
filter: { owner: << experience.user.id >>, moisture: { $lt: 0.3 } }
options: { sort: { moisture: 1 }, limit: << data.query.limit >> }
result: data.pots`,
    payload: { experience: { user: { id: 'ada' } }, data: { query: { limit: '10' } } },
    responses: [{ result: [fern] }],
    expect: {
      output: 'then',
      sent: [
        {
          connection: 'garden',
          collection: 'pots',
          operation: 'find',
          filter: { owner: 'ada', moisture: { $lt: 0.3 } },
          options: { sort: { moisture: 1 }, limit: 10 },
        },
      ],
      payload: { 'data.pots': [fern] },
    },
  },
  {
    title: 'An update by an ID that is malformed',
    yaml: `type: mongo
connection: garden
collection: pots
operation: updateOne
filter: { _id: { $oid: << data.params.id >> } }
update: { $set: { note: << data.body.note >> }, $inc: { times: 1 } }
result: data.done
else:
  - type: reply
    status: 404
    body: { error: There is no such pot. }`,
    payload: { data: { params: { id: 'fern' }, body: { note: '$gone' } } },
    responses: [{ error: '$oid is no value that MongoDB can take: it has to be a text of 24 hexadecimal digits.' }],
    expect: {
      output: 'else',
      sent: [
        {
          filter: { _id: { $oid: 'fern' } },
          update: { $set: { note: '$gone' }, $inc: { times: 1 } },
        },
      ],
      payload: {
        'data.done.error.message':
          '$oid is no value that MongoDB can take: it has to be a text of 24 hexadecimal digits.',
      },
    },
  },
  {
    title: 'A client that sends an operator instead of a value',
    yaml: `type: mongo
connection: garden
collection: pots
operation: deleteMany
filter: { owner: << data.body.owner >> }`,
    payload: { data: { body: { owner: { $ne: null } } } },
    expect: {
      sent: [],
      error: '<< data.body.owner >> gave a map with the key $ne, which is more than a value to MongoDB.',
    },
  },
]
