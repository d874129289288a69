// A pod's program for tests: answers HTTP and UDP on a port with its name and the address it was asked from.
import { createSocket } from 'node:dgram'
import { createServer } from 'node:http'

const [name, port] = process.argv.slice(2)
createServer((request, response) => {
  const answer = () => response.end(`${name} ${request.socket.remoteAddress}\n`)
  if (request.url === '/slow') setTimeout(answer, 1000)
  else answer()
}).listen(Number(port))
const udp = createSocket('udp4')
udp.on('message', (_message, from) => udp.send(`${name} ${from.address}\n`, from.port, from.address))
udp.bind(Number(port), () => process.stdout.write('ready\n'))
