/** UUIDs as text. https://www.rfc-editor.org/rfc/rfc9562 */
import { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'

/** 15 October 1582, in milliseconds before 1970: where the timestamps of version 1 begin. */
const gregorianMs = 12_219_292_800_000n

/** Version 1, of a time and 10 random bytes, which replace the address of a network card: that would identify the machine. */
export function timeUuid(nowMs: number, random: Uint8Array): string {
  const bytes = Buffer.concat([Buffer.alloc(8), random.subarray(0, 8)])
  // The time is in steps of 100 ns. The clock has milliseconds, so the steps in between are random.
  const fraction = (((random[8] ?? 0) << 8) | (random[9] ?? 0)) % 10_000
  const time = (BigInt(Math.trunc(nowMs)) + gregorianMs) * 10_000n + BigInt(fraction)
  bytes.writeUInt32BE(Number(time & 0xffff_ffffn), 0)
  bytes.writeUInt16BE(Number((time >> 32n) & 0xffffn), 4)
  bytes.writeUInt16BE(Number((time >> 48n) & 0x0fffn), 6)
  // The multicast bit, which no network card's address has set.
  bytes.writeUInt8(bytes.readUInt8(10) | 1, 10)
  return format(bytes, 1)
}

/** Version 4, of 16 random bytes. */
export function randomUuid(random: Uint8Array): string {
  return format(Buffer.from(random), 4)
}

/** Version 3 or 5, always the same for a namespace, itself a UUID, and a name. */
export function nameUuid(version: 3 | 5, namespace: string, name: string): string {
  const hash = createHash(version === 3 ? 'md5' : 'sha1')
  hash.update(Buffer.from(namespace.replaceAll('-', ''), 'hex')).update(name)
  return format(hash.digest().subarray(0, 16), version)
}

function format(bytes: Buffer, version: number): string {
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | (version << 4), 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
