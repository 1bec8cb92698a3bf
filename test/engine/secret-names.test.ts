/** Which names are those of secrets, and which are not. */
import { describe, expect, test } from 'vitest'
import { createSecretNames, secretNames } from '../../engine/secret-names.ts'

const { isSecretName, isNameOfText, isNameOfSecret } = secretNames

describe('A text is a secret', () => {
  test.each([
    ['password', 'newPassword', 'passwort', 'kennwort', 'Passwort2', 'pass', 'dbPass', 'SMTP_PASS', 'mot_de_passe'],
    ['stripeKey', 'stripe_key', 'encryptionkey', 'master-key', 'HMACKey', 'X-License-Key', 'deviceKey', 'deployKeys'],
    ['awsAccessKey', 'SharedAccessKey', 'AccountKey', 'secretAccessKey', 'apikey', 'API key'],
    ['signature', 'X-Hub-Signature-256', 'X-Amz-Signature', 'stripe-signature', 'sig'],
    ['connectionString', 'dsn', 'SENTRY_DSN', 'bearer', 'session', 'PHPSESSID', 'JSESSIONID', 'session_id'],
    ['recoveryCode', 'recovery_codes', 'verificationcode', 'backupCodes', 'twoFactorCode', '2faCode', 'pairingCode'],
    ['pinCode', 'claim-code', 'inviteCode', 'resetCode', 'loginCode', 'securityCode'],
    ['magicLink', 'resetLink', 'reset_url', 'activationLink', 'inviteUrl'],
    ['cvv', 'cvc', 'cardNumber', 'card_number', 'mnemonic', 'seedPhrase', 'client_assertion', 'otp', 'pin'],
  ])('under a name such as %s', (...names) => {
    expect(names.filter((name) => !isSecretName(name))).toEqual([])
  })
})

describe('A text is no secret', () => {
  test.each([
    ['keyCode', 'zipCode', 'postalCode', 'statusCode', 'errorCode', 'countryCode', 'code', 'presetCode', 'promoCode'],
    ['key', 'keys', 'publicKey', 'primaryKey', 'sortKey', 'cacheKey', 'tagKey', 'minKey', 'routingKey', 'accessKey'],
    ['monkey', 'turkey', 'keyboard', 'keyword', 'keyId', 'accessKeyId'],
    ['bypass', 'compass', 'passed', 'passenger', 'lowPass', 'highpass', 'boarding-pass'],
    ['link', 'selfLink', 'presetLink', 'url', 'webLink', 'imageUrl'],
    ['sessionStart', 'sessions', 'chargingSession', 'signatures', 'signatureAlgorithm', 'signal', 'design'],
    ['dashboard', 'author', 'spin', 'pinned', 'card', 'cardType', 'number', 'string', 'connection'],
  ])('under a name such as %s', (...names) => {
    expect(names.filter(isSecretName)).toEqual([])
  })
})

describe('What is no text', () => {
  test('is a secret under a name that means nothing else', () => {
    expect(['pin', 'cvv', 'recoveryCode', 'cardNumber', 'tokens'].every(isNameOfSecret)).toBe(true)
    expect(['recoveryCode', 'tokens', 'credentials'].some(isNameOfText)).toBe(false)
  })

  test('is none under a name that is as likely to mean something else', () => {
    expect(['deployKey', 'session', 'pass', 'signature', 'tokenTtlSeconds'].some(isNameOfSecret)).toBe(false)
    expect(['deployKey', 'session', 'pass', 'signature'].every(isNameOfText)).toBe(true)
  })
})

describe('Names that an application adds', () => {
  const own = createSecretNames(['plateNumber', 'iban'])

  test.each(['plateNumber', 'plate_number', 'PLATE-NUMBER', 'Plate number', 'IBAN'])(
    'are found in any spelling: %s',
    (name) => {
      expect([own.isSecretName(name), own.isNameOfSecret(name), own.isNameOfText(name)]).toEqual([true, true, false])
      expect(isSecretName(name)).toBe(false)
    },
  )

  test.each(['plate', 'plateNumbers', 'ibanOfOwner', ''])('are whole names: not %j', (name) => {
    expect(own.isSecretName(name)).toBe(false)
  })
})
