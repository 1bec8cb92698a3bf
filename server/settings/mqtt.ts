/** Where MQTT is served, and how many connections it may have. */
import { port, positive, type Setting, text } from './setting.ts'

/** Without a setting the broker takes 1883 or, since another broker often uses that, the next free port. */
export const anyMqttPort = -1

export const mqttSettings = {
  mqttPort: {
    ...port,
    flag: '--mqtt-port',
    env: 'FLOWPOT_MQTT_PORT',
    default: anyMqttPort,
    defaultText: '1883, or the next free one',
    about: 'Port of the MQTT broker.',
  },
  mqttsPort: {
    ...port,
    flag: '--mqtts-port',
    env: 'FLOWPOT_MQTTS_PORT',
    default: 8883,
    about: 'Port of the MQTT broker under TLS, which needs a certificate and its key.',
  },
  mqttConnections: {
    ...positive('connections'),
    env: 'FLOWPOT_MQTT_CONNECTIONS',
    default: 25_000,
    about: 'How many connections the MQTT broker holds at once; more are closed as they come.',
  },
  mqttConnectionsPerAddress: {
    ...positive('connections'),
    env: 'FLOWPOT_MQTT_CONNECTIONS_PER_ADDRESS',
    default: 2_500,
    about:
      'How many of them may come from one address, or one IPv6 network of 64 bits. Raise it where many devices share an address, such as that of a TCP proxy.',
  },
  tlsCert: {
    ...text,
    placeholder: 'file',
    env: 'FLOWPOT_TLS_CERT',
    default: '',
    about: 'PEM file with the certificate and its intermediate certificates.',
  },
  tlsKey: {
    ...text,
    placeholder: 'file',
    env: 'FLOWPOT_TLS_KEY',
    default: '',
    about: "PEM file with the certificate's private key.",
  },
} satisfies Record<string, Setting<string> | Setting<number>>
