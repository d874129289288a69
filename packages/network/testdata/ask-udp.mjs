// Sends one datagram and prints the answer; `refused` when the network says so, `silence` after a second.
import { createSocket } from 'node:dgram'

const [address, port, from] = process.argv.slice(2)
const udp = createSocket('udp4')
const done = (text) => {
  process.stdout.write(text)
  process.exit(0)
}
udp.on('error', (error) => done(error.code === 'ECONNREFUSED' ? 'refused' : error.code))
udp.on('message', (message) => done(String(message)))
setTimeout(() => done('silence'), 1000)
if (from) udp.bind(Number(from))
udp.connect(Number(port), address, () => udp.send('?'))
