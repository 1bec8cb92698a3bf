const codes = /^ERR_(?:OSSL_|CRYPTO_|MISSING_PASSPHRASE$)/
/** What is computed off the event loop fails without a code. */
const messages = /^error:[\dA-F]{8}:/

/** Whether Node or OpenSSL rejects a key, rather than a fault of ours. */
export function isOfOpenSsl(error: unknown): error is Error {
  return error instanceof Error && (messages.test(error.message) || ('code' in error && codes.test(String(error.code))))
}
