import { Agent, get } from 'node:http'

/**
 * A client without manners: 1,000 watches of a collection and eight loops that list it whole, until SIGTERM; then prints how
 * many lists it got and how often it was told to wait. Arguments: URL of the collection.
 */
const [url = ''] = process.argv.slice(2)
const agent = new Agent({ keepAlive: true, maxSockets: Infinity })
const headers = { 'impersonate-user': 'greedy' }
let lists = 0
let refused = 0
let watches = 0
let isOver = false

const list = () =>
  new Promise<void>((resolve) => {
    const call = get(url, { agent, headers }, (response) => {
      response.resume()
      response.on('close', () => {
        if (response.statusCode === 200) lists++
        else refused++
        resolve()
      })
    })
    call.on('error', () => resolve())
  })

for (let i = 0; i < 1000; i++) {
  const call = get(`${url}?watch=1&resourceVersion=0`, { agent, headers }, (response) => {
    if (++watches === 1000) process.send?.('ready')
    response.resume()
    response.on('error', () => undefined) // cut off at the end
  })
  call.on('error', () => undefined)
}
for (let i = 0; i < 8; i++)
  void (async () => {
    while (!isOver) await list()
  })()

process.on('SIGTERM', () => {
  isOver = true
  process.stdout.write(JSON.stringify({ lists, refused, watches }), () => process.exit(0))
})
