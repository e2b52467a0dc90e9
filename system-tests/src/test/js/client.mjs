// The npm package `mqtt`, driven line by line: a JSON object in, a JSON object out.
// {"do":"connect","url":…,"options":{…}} · {"do":"publish","topic":…,"payload":…,"qos":n}
// {"do":"subscribe","filter":…,"qos":n} · {"do":"disconnect"}. What comes is told as {"message":…} at any time.
import { createInterface } from 'node:readline'
import { readFileSync } from 'node:fs'
import mqtt from 'mqtt'

let client

const say = (line) => process.stdout.write(JSON.stringify(line) + '\n')

const connect = ({ url, ca, certificate, key, options }) =>
  new Promise((resolve, reject) => {
    const files = {}
    if (ca) files.ca = readFileSync(ca)
    if (certificate) files.cert = readFileSync(certificate)
    if (key) files.key = readFileSync(key)
    client = mqtt.connect(url, { ...options, ...files, reconnectPeriod: 0, connectTimeout: 60_000 })
    client.on('message', (topic, payload, packet) =>
      say({ message: { topic, payload: payload.toString('utf8'), qos: packet.qos } }))
    client.once('connect', (packet) => resolve({ sessionPresent: packet.sessionPresent }))
    client.once('error', reject)
    client.once('close', () => reject(new Error('closed before CONNACK')))
    // After CONNACK an error is told by what fails of it.
    client.on('error', () => {})
  })

const commands = {
  connect,
  publish: async ({ topic, payload, qos }) => {
    await client.publishAsync(topic, payload, { qos })
    return {}
  },
  subscribe: async ({ filter, qos }) => {
    const [granted] = await client.subscribeAsync(filter, { qos })
    return { granted: granted.qos }
  },
  disconnect: async () => {
    await client.endAsync()
    return {}
  },
}

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line)
  try {
    say({ done: await commands[command.do](command) })
  } catch (error) {
    say({ failed: String(error) })
  }
}
process.exit(0)
