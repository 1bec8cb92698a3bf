/** Where MQTT is served, and how many connections it may have. */
import { type Declarations, port, positive, text } from './setting.ts'

/** Without a setting the broker takes 1883 or, since another broker often uses that, the next free port. */
export const anyMqttPort = -1

export const mqttSettings = {
  mqttPort: {
    ...port(anyMqttPort),
    isOption: true,
    defaultText: '1883, or the next free one',
    about: 'Port of the MQTT broker.',
  },
  mqttsPort: {
    ...port(8883),
    isOption: true,
    about: 'Port of the MQTT broker under TLS, which needs a certificate and its key.',
  },
  mqttConnections: {
    ...positive('connections', 25_000),
    about: 'How many connections the MQTT broker holds at once. Further ones are closed at once.',
  },
  mqttConnectionsPerAddress: {
    ...positive('connections', 2_500),
    about:
      'How many MQTT connections may come from one address, or one IPv6 network of 64 bits. Raise it if many devices share an address, such as that of a TCP proxy.',
  },
  tlsCert: {
    ...text('file'),
    about: 'PEM file with the certificate and its intermediate certificates.',
  },
  tlsKey: {
    ...text('file'),
    about: "PEM file with the certificate's private key.",
  },
} satisfies Declarations
