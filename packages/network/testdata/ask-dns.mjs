// Asks a name server for the address of a name and prints it; `silence` after a second.
import { createSocket } from 'node:dgram'
import { decode, encode } from 'dns-packet'

const [server, name] = process.argv.slice(2)
const udp = createSocket('udp4')
const done = (text) => {
  process.stdout.write(text)
  process.exit(0)
}
udp.on('error', (error) => done(error.code === 'ECONNREFUSED' ? 'refused' : error.code))
udp.on('message', (message) => {
  const { answers, rcode } = decode(message)
  done(answers.length > 0 ? answers.map(({ data }) => data).join(' ') : rcode)
})
setTimeout(() => done('silence'), 1000)
udp.connect(53, server, () => udp.send(encode({ type: 'query', id: 7, questions: [{ name, type: 'A' }] })))
