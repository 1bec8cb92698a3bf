/**
 * The Redis commands that a flow may send: those of Losant's groups (keys, strings, lists, sets, sorted sets, hashes,
 * streams, geo, hyperloglog, publishing), except those that would hold up the other runs on the connection (`blpop`, `wait`), that
 * connect the server to another (`migrate`), or whose data is not text (`dump`, `restore`).
 */
const groups = {
  keys: `copy del exists expire expireat expiretime keys move object persist pexpire pexpireat pexpiretime pttl randomkey
    rename renamenx scan sort touch ttl type unlink`,
  strings: `append bitcount bitfield bitop bitpos decr decrby get getbit getdel getex getrange getset incr incrby
    incrbyfloat lcs mget mset msetnx psetex set setbit setex setnx setrange strlen`,
  lists: 'lindex linsert llen lmove lmpop lpop lpos lpush lpushx lrange lrem lset ltrim rpop rpoplpush rpush rpushx',
  sets: `sadd scard sdiff sdiffstore sinter sintercard sinterstore sismember smembers smismember smove spop srandmember
    srem sscan sunion sunionstore`,
  sortedSets: `zadd zcard zcount zdiff zdiffstore zincrby zinter zintercard zinterstore zlexcount zmpop zmscore zpopmax
    zpopmin zrandmember zrange zrangebylex zrangebyscore zrangestore zrank zrem zremrangebylex zremrangebyrank
    zremrangebyscore zrevrange zrevrangebylex zrevrangebyscore zrevrank zscan zscore zunion zunionstore`,
  hashes: `hdel hexists hget hgetall hincrby hincrbyfloat hkeys hlen hmget hmset hrandfield hscan hset hsetnx hstrlen
    hvals`,
  streams: `xack xadd xautoclaim xclaim xdel xgroup xinfo xlen xpending xrange xread xreadgroup xrevrange xsetid xtrim`,
  geo: `geoadd geodist geohash geopos georadius georadiusbymember geosearch geosearchstore`,
  hyperloglog: 'pfadd pfcount pfmerge',
  publishing: 'publish pubsub spublish',
} as const

export const redisCommands: readonly string[] = Object.values(groups).flatMap((names) => names.split(/\s+/))

/** Whether the command would wait for data, which would hold up the other runs on the connection. */
export function waits(command: string, args: readonly string[]): boolean {
  return /^xread(group)?$/.test(command) && args.slice(0, endOfOptions(args)).some((arg) => /^block$/i.test(arg))
}

function endOfOptions(args: readonly string[]): number {
  const streams = args.findIndex((arg) => /^streams$/i.test(arg))
  return streams === -1 ? args.length : streams
}
