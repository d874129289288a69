import { request } from 'node:http'

/** Asks `url` with the Host header of the second argument, 50 times a second, new connection each, until SIGTERM; then prints the count. */
const [url = '', host = ''] = process.argv.slice(2)
let ok = 0
const failures: string[] = []
const latencies: number[] = []

function ask(): Promise<void> {
  return new Promise((resolve) => {
    const began = performance.now()
    const sent = request(url, { headers: { host }, agent: false, timeout: 10_000 }, (response) => {
      response.resume()
      response.on('end', () => {
        latencies.push(performance.now() - began)
        if (response.statusCode === 200) ok++
        else failures.push(`${new Date().toISOString()} ${response.statusCode}`)
        resolve()
      })
      response.on('error', fail)
    })
    const fail = (error: Error) => {
      failures.push(`${new Date().toISOString()} ${error.message}`)
      resolve()
    }
    sent.on('timeout', () => sent.destroy(new Error('no answer within 10 s')))
    sent.on('error', fail)
    sent.end()
  })
}

const running = new Set<Promise<void>>()
const timer = setInterval(() => {
  const one = ask().finally(() => running.delete(one))
  running.add(one)
}, 20)

process.on('SIGTERM', async () => {
  clearInterval(timer)
  await Promise.all(running)
  const sorted = latencies.toSorted((a, b) => a - b)
  const p99 = sorted[Math.floor(sorted.length * 0.99)] ?? 0
  process.stdout.write(JSON.stringify({ ok, failures: failures.slice(0, 20), p99 }), () => process.exit(0))
})
