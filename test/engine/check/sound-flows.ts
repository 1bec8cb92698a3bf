/** Flows as people write them, of all node and trigger types: what starts each, and its nodes. `check` has nothing to say of them. */

export const application = `name: Greenhouse
globals: { team: garden@lom.example, limits: { dry: 0.2 } }
secrets: { signing: { env: SIGNING }, mailToken: { env: MAIL_TOKEN } }
connections: { readings: { env: READINGS_URL }, cache: { env: CACHE_URL }, garden: { env: GARDEN_URL } }
seeds: { groups: [ { name: admins } ] }`

const missing = 'else: [ { type: reply, status: 404, body: { error: There is none. } } ]'
const refused = (status: number) => `else: [ { type: reply, status: ${status}, body: { error: Refused. } } ]`
const own = 'endpoint: "GET /pots/{id}"\n  access: authenticated'
const post = 'endpoint: POST /things'
const postOwn = `${post}\n  access: authenticated`

export const soundFlows: readonly (readonly [on: string, ...nodes: string[]])[] = [
  // Conditions and ways
  [post, `type: conditional, if: << data.body.email >> && << data.body.password >>, ${refused(400)}`, 'type: reply'],
  [
    post,
    `type: conditional, if: << data.body.kind >> === "a" || << data.body.kind >> === "b", ${refused(422)}`,
    'type: reply',
  ],
  [
    post,
    'type: conditional, if: << data.query.page >> > 1, then: [ { type: mutate, rules: [ { set: working.skip, to: true } ] } ]',
    'type: reply, body: { skip: << working.skip >> }',
  ],
  [
    own,
    `type: conditional, if: << data.params.id >> == 5, ${missing}`,
    'type: reply, body: << experience.user.email >>',
  ],
  [own, `type: conditional, if: << data.method >> === 'get', ${missing}`, 'type: reply, status: 204'],
  [
    own,
    `type: conditional, if: (<< data.query.sort >> || 'name') === 'name', ${refused(400)}`,
    'type: reply, body: sorted',
  ],
  [
    own,
    `type: conditional, if: length(<< data.params.id >>) === 24, ${missing}`,
    'type: reply, status: 302, redirect: "/pots?id=<< data.params.id >>"',
  ],
  [
    post,
    'type: switch, value: << data.body.event >>, cases: [ { is: dry, then: [ { type: debug, message: Dry } ] }, { is: wet, then: end } ], default: [ { type: debug } ]',
    'type: debug',
  ].map((line) => line.replace(post, 'button: Try')) as [string, string],
  [
    'webhook: doorbell\n  reply: true',
    'type: switch, value: << data.body.event >>, cases: [ { is: ring, then: [ { type: reply, body: ok } ] } ], default: [ { type: reply, status: 400 } ]',
  ],
  [
    'button: Stop',
    'type: conditional, if: << data.n >> > 3, then: [ { type: throw, message: "<< data.n >> are too many." } ]',
    'type: debug, property: data.n',
  ],
  // Loops
  [
    post,
    'type: loop, over: << data.body.plants >>, item: working.plant, collect: << working.plant.value.name >>, result: working.names, do: [ { type: debug, property: working.plant } ]',
    'type: reply, body: { names: << working.names >> }',
  ],
  [
    'button: Count',
    'type: loop, over: 3, item: working.n, do: [ { type: conditional, if: << working.n.index >> > 1, then: break }, { type: debug, property: working.n.value } ]',
    'type: debug',
  ],
  [
    'button: All',
    'type: loop, over: << data.list >>, item: working.one, parallel: true, collect: << working.answer.body >>, result: working.all, do: [ { type: http, url: "https://plants.example/<< working.one.value >>", result: working.answer } ]',
    'type: debug, property: working.all',
  ],
  [
    'button: Collect',
    'type: mutate, rules: [ { set: working.sum, to: 0 } ]',
    'type: loop, over: << data.list >>, item: working.one, do: [ { type: math, statements: [ { expression: << working.sum >> + << working.one.value >>, result: working.sum } ] } ]',
    'type: debug, property: working.sum',
  ],
  // Memory and time
  [
    'device-state: all',
    'id: too-dry, type: latch, if: << data.moisture >> < 0.2, reset: << data.moisture >> > 0.3, identifier: << triggerId >>, else: end',
    'type: email, to: << globals.team >>, from: pots@lom.example, subject: Dry, text: Water it.',
  ],
  [
    'device-state: all',
    'id: wet, type: latch, if: << data.moisture >> > 0.8, isLatched: working.isWet',
    'type: mqtt, topic: pots/wet, message: << working.isWet >>',
  ],
  [
    'device-state: all',
    'id: status, type: on-change, value: << data.status >>, identifier: << triggerId >>, previous: data.before, else: end',
    'type: debug, property: data.before',
  ],
  [
    'mqtt: greenhouse/+/door',
    'id: one, type: throttle, perMs: 60000, else: end',
    'type: mqtt, topic: greenhouse/bell, message: { on: true }',
  ],
  [
    'timer: { cron: 0 9 * * 1-5, timeZone: Europe/Berlin }',
    'type: time-range, from: "08:00", until: "17:00", timeZone: Europe/Berlin, result: working.isOpen',
    'type: debug, property: working.isOpen',
  ],
  [
    'timer: { seconds: 300 }',
    'type: time-range, from: "22:00", until: "06:00", then: end',
    'type: debug, message: Day',
  ],
  [
    'timer: { seconds: 60 }',
    'type: delay, seconds: 0.5',
    'type: debug, message: \'<< formatDate time "YYYY-MM-DD HH:mm" tz="Europe/Berlin" >>\'',
  ],
  [
    'button: Wait',
    'type: date-time, date: << time >>, timeZone: Europe/Berlin, startOf: day, result: working.from',
    'type: debug, property: working.from',
  ],
  // Values
  [
    post,
    'type: mutate, rules: [ { set: working.order.by, to: << data.body.by >> }, { move: data.body.items, to: working.order.items }, { remove: data.body.password } ]',
    'type: reply, status: 201, body: << working.order >>',
  ],
  [
    post,
    'type: mutate, rules: [ { set: data.body.seen, to: true } ]',
    'type: reply, body: { seen: << data.body.seen >>, name: << data.body.name >> }',
  ],
  [
    post,
    'type: math, statements: [ { expression: << data.body.celsius >> * 9 / 5 + 32, result: working.f } ]',
    'type: reply, body: { fahrenheit: << working.f >> }',
  ],
  [
    post,
    "type: string, operation: split, source: << data.body.position >>, separator: ',', result: working.parts",
    'type: reply, body: << working.parts.length >>',
  ],
  [
    post,
    'type: array, operation: filter, source: << data.body.pots >>, where: << value.moisture >> < << globals.limits.dry >>, result: working.dry',
    'type: reply, body: { dry: << working.dry >>, count: << working.dry.length >> }',
  ],
  [
    post,
    'type: object, operation: pick, source: << data.body >>, keys: [ id, name ], result: working.shown',
    'type: reply, body: << working.shown >>',
  ],
  [
    post,
    'type: json-encode, source: << data.body >>, result: working.text',
    'type: base64-encode, source: << working.text >>, result: working.text',
    'type: reply, body: << working.text >>',
  ],
  [
    post,
    'type: json-decode, source: << data.body.message >>, result: working.message',
    'type: reply, body: << working.message.name >>',
  ],
  [
    post,
    'type: base64-decode, source: << data.body.text >>, result: working.text',
    'type: reply, body: << working.text >>',
  ],
  [
    own,
    'type: csv-encode, source: << data.query.list >>, result: working.text',
    'type: reply, headers: { Content-Type: text/csv }, body: << working.text >>',
  ],
  [
    post,
    'type: csv-decode, source: << data.body >>, result: working.rows, else: [ { type: reply, status: 400, body: << working.rows.error.message >> } ]',
    'type: reply, body: << working.rows >>',
  ],
  [
    post,
    'type: html-parser, source: << data.body.page >>, selector: ul.plants li, result: working.plants',
    'type: reply, body: << working.plants >>',
  ],
  [
    post,
    'type: generate-id, result: working.id',
    'type: reply, status: 201, headers: { location: /things/<< working.id >> }, body: { id: << working.id >> }',
  ],
  [
    'button: Throw',
    'type: random-number, min: 1, max: 6, result: working.thrown',
    'type: conditional, if: << working.thrown >> === 6, else: end',
    'type: debug, message: Six',
  ],
  [post, 'type: function, script: "payload.working = { a: { b: 1 } }"', 'type: reply, body: << working.a.b >>'],
  [
    post,
    `type: validate-payload, source: data.body, result: working.problems, schema: { type: object, required: [ n ], properties: { n: { type: integer } } }, else: [ { type: reply, status: 400, body: << working.problems >> } ]`,
    'type: conditional, if: << data.body.n >> === 5, then: [ { type: reply, body: five } ]',
    'type: reply, body: << data.body.n >>',
  ],
  [
    'device-state: all',
    'type: geofence, position: << data.location >>, center: "39.1031,-84.512", radiusMeters: 500, result: working.meters',
    'type: debug, property: working.meters',
  ],
  // Signatures and tokens
  [post, 'type: hash, data: << data.body.text >>, result: working.hash', 'type: reply, body: << working.hash >>'],
  [
    post,
    'type: crypto-sign, key: << secrets.signing >>, data: << data.body.text >>, result: working.signed',
    'type: reply, body: << working.signed >>',
  ],
  [
    'webhook: github\n  reply: true\n  rawBody: true',
    `type: crypto-verify, secret: << secrets.signing >>, data: << data.rawBody >>, signature: << data.headers.x-signature >>, signatureEncoding: hex, ${refused(401)}`,
    'type: reply',
  ],
  [
    post,
    'type: jwt-create, claims: { email: << data.body.email >> }, key: << secrets.signing >>, ttlSeconds: 86400, result: working.token',
    'type: reply, body: { token: << working.token >> }',
  ],
  [
    post,
    `type: jwt-verify, token: << data.query.token >>, key: << secrets.signing >>, result: working.claims, ${refused(403)}`,
    'type: reply, body: << working.claims.sub >>',
  ],
  [
    post,
    `type: jwt-decode, token: << data.body.token >>, complete: true, result: working.decoded, ${refused(400)}`,
    'type: reply, body: << working.decoded >>',
  ],
  // Users and groups
  [
    post,
    `type: authenticate, email: << data.body.email >>, password: << data.body.password >>, result: data.user, tokenResult: data.token, ${refused(401)}`,
    'type: reply, body: { token: << data.token >>, id: << data.user.id >> }, cookies: [ { name: authorization, value: << data.token >> } ]',
  ],
  [
    post,
    'type: authenticate, token: << data.query.token >>, result: data.user',
    `type: conditional, if: << data.user >>, ${refused(401)}`,
    'type: reply, body: << data.user.email >>',
  ],
  [
    post,
    'type: create-user, email: << data.body.email >>, password: << data.body.password >>, result: working.user, else: [ { type: reply, status: 409 } ]',
    'type: reply, status: 201, body: << working.user >>',
  ],
  [
    postOwn,
    'type: update-user, user: << experience.user.id >>, firstName: << data.body.firstName >>, result: working.user',
    'type: reply, body: << working.user.firstName >>',
  ],
  [
    own,
    'type: get-user, user: << data.params.id >>, result: working.user',
    `type: conditional, if: << working.user >>, ${missing}`,
    'type: reply, body: << working.user.email >>',
  ],
  [
    'endpoint: DELETE /me\n  access: authenticated',
    'type: delete-user, user: << experience.user.id >>, result: working.deleted',
    'type: reply, status: 204',
  ],
  [
    postOwn,
    'type: generate-token, user: << experience.user.id >>, ttlSeconds: 3600, result: working.token',
    'type: reply, body: { token: << working.token >> }',
  ],
  [
    own,
    `type: verify-device, deviceId: << data.params.id >>, user: << experience.user.id >>, ${refused(403)}`,
    'type: gauge, deviceId: << data.params.id >>, attribute: moisture, result: working.now',
    'type: reply, body: << working.now >>',
  ],
  [
    own,
    `type: verify-group, user: << experience.user.id >>, group: << data.params.id >>, ${refused(403)}`,
    'type: get-group, group: << data.params.id >>, result: working.group',
    'type: reply, body: << working.group >>',
  ],
  [
    postOwn,
    'type: create-group, group: { name: << data.body.name >>, experienceUserIds: [ << experience.user.id >> ] }, result: working.group',
    'type: reply, status: 201, body: << working.group >>',
  ],
  [
    'endpoint: "PATCH /groups/{groupId}"\n  access: { groups: [ admins ] }',
    'type: update-group, groupId: << data.params.groupId >>, membersToAdd: [ << data.body.email >> ], result: working.group',
    'type: reply, body: << working.group >>',
  ],
  // Devices
  [
    postOwn,
    'type: create-device, device: { name: << data.body.name >>, tags: [ { key: owner, value: << experience.user.id >> } ] }, tagsAsObject: true, result: working.device',
    'type: reply, status: 201, body: << working.device >>',
  ],
  [
    own,
    'type: get-device, deviceId: << data.params.id >>, tagsAsObject: true, result: working.device',
    `type: conditional, if: << working.device >>, ${missing}`,
    'type: reply, body: { name: << working.device.name >>, owner: << working.device.tags.owner >> }',
  ],
  [
    own,
    'type: update-device, deviceId: << data.params.id >>, device: { name: << data.query.name >> }, result: working.device',
    'type: reply, body: << working.device >>',
  ],
  [
    'endpoint: "DELETE /pots/{id}"\n  access: authenticated',
    'type: delete-device, deviceId: << data.params.id >>, result: working.deleted',
    'type: reply, status: 204',
  ],
  [
    own,
    'type: time-series, deviceId: << data.params.id >>, attribute: moisture, durationMs: 86400000, resolutionMs: 300000, aggregation: MEAN, result: working.points',
    'type: reply, body: << working.points >>',
  ],
  [
    own,
    'type: device-command, deviceId: << data.params.id >>, command: << data.query.name >>, payload: { on: true }, result: working.sent',
    'type: reply, status: 202',
  ],
  ['device-created: all', 'type: device-state, deviceId: << data.deviceId >>, state: { moisture: 0 }'].map((line) =>
    line.replace('<< data.deviceId >>', '<< triggerId >>'),
  ) as [string, string],
  ['device-connect: all', 'type: debug, property: data'],
  ['device-disconnect: all', 'type: debug, property: data'],
  ['device-inactivity: all', 'type: debug, property: data'],
  [
    postOwn,
    'type: api, call: devices.post, with: { device: { name: << data.body.name >> } }, result: working.made, else: [ { type: reply, status: << working.made.error.statusCode >>, body: << working.made.error.message >> } ]',
    'type: reply, status: 201, body: << working.made.result.deviceId >>',
  ],
  // Elsewhere
  [
    own,
    `type: http, url: https://weather.example/forecast, query: { place: << data.query.place >> }, headers: { authorization: Bearer << secrets.mailToken >> }, result: working.weather, ${refused(502)}`,
    `type: conditional, if: << working.weather.statusCode >> === 200, ${refused(502)}`,
    'type: reply, body: { rain: << working.weather.body.rain >>, type: << working.weather.headers.content-type >> }',
  ],
  [
    own,
    'type: sql, connection: readings, query: "select id from pots where owner = $1 limit $2", params: [ << data.query.owner >>, 10 ], result: working.rows',
    'type: reply, body: << working.rows >>',
  ],
  [
    own,
    'type: redis, connection: cache, command: hgetall, args: [ "pot:<< data.params.id >>" ], result: working.kept',
    'type: reply, body: << working.kept >>',
  ],
  [
    own,
    'type: mongo, connection: garden, collection: pots, operation: find, filter: { owner: << experience.user.id >>, moisture: { $lt: 0.3 } }, result: working.pots',
    'type: reply, body: << working.pots >>',
  ],
  [
    own,
    'type: get-value, key: "last-<< data.params.id >>", result: working.last',
    'type: store-value, key: "seen-<< data.params.id >>", increment: 1, result: working.times',
    'type: reply, body: { last: << working.last >>, times: << working.times >> }',
  ],
  ['error: experience', 'type: debug, message: It failed.'],
  // Custom nodes
  [
    'custom-node: fahrenheit\n  inputs: { celsius: { type: number } }',
    'type: math, statements: [ { expression: << data.celsius >> * 9 / 5 + 32, result: working.f } ]',
    'type: return, value: { degrees: << working.f >> }',
  ],
  [
    'custom-node: check\n  inputs: { token: {} }\n  outputs: [ then, else ]',
    'type: conditional, if: << data.token >>, then: [ { type: return, output: then } ]',
    'type: return, output: else',
  ],
]

export function flowOf([on, ...nodes]: (typeof soundFlows)[number]): string {
  return `name: F\non:\n  ${on}\nnodes:\n${nodes.map((node) => `  - { ${node} }\n`).join('')}`
}
