/** Whether a signing key is long enough, and no pattern that somebody could guess: with it anybody signs tokens. */

const minSigningKeyLength = 32

/** 32 random digits have fewer once in a thousand times. */
const minDifferentCharacters = 7

export function isSigningKey(key: string): boolean {
  return key.length >= minSigningKeyLength && new Set(key).size >= minDifferentCharacters && !isRepetition(key)
}

/** Whether it is one piece, at most half as long, again and again. */
function isRepetition(key: string): boolean {
  for (let length = 1; length <= key.length / 2; length++) {
    if (key.startsWith(key.slice(length))) return true
  }
  return false
}
