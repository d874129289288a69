// A client that keeps one connection: asks once per line of its input and prints the answer, or why there is none.
import { Agent, request } from 'node:http'
import { createInterface } from 'node:readline'

const [host, port] = process.argv.slice(2)
const agent = new Agent({ keepAlive: true, maxSockets: 1 })
let sockets = 0
const ask = () =>
  new Promise((resolve) => {
    const asked = request({ host, port, agent, timeout: 2000 }, (answer) => {
      let body = ''
      answer.on('data', (text) => {
        body += text
      })
      answer.on('end', () => resolve(body.trim()))
    })
    asked.on('socket', (socket) => {
      if (!asked.reusedSocket) sockets++
      socket.setTimeout(0)
    })
    asked.on('timeout', () => asked.destroy(new Error('timeout')))
    asked.on('error', (error) => resolve(error.code ?? error.message))
    asked.end()
  })

for await (const _ of createInterface({ input: process.stdin }))
  process.stdout.write(`${await ask()}${sockets > 1 ? ' on a new connection' : ''}\n`)
