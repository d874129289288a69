import type { Call } from './handlers.ts'

/** What was asked of the server and how long it took, in the names Kubernetes' own dashboards know. */
export interface RequestMetrics {
  /** `seconds` until the answer began; watches and streams are counted only. */
  count(call: Pick<Call, 'verb' | 'asked'>, status: number, seconds: number): void
  /** Prometheus' text format, with the process' own processor time and memory. */
  text(): string
}

/** Who asks for names that nobody has must not fill the memory. */
const mostSeries = 3000
const streamed = new Set(['attach', 'exec', 'log', 'portforward', 'proxy'])
const quoted = (value: string) => `"${value.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')}"`
const bounds = [0.005, 0.025, 0.1, 0.5, 1, 2, 5, 10, 60]

interface Series {
  labels: string
  codes: Map<number, number>
  /** How many took no longer than each bound. */
  buckets: number[]
  seconds: number
  measured: number
}

export function requestMetrics(started = Date.now()): RequestMetrics {
  const all = new Map<string, Series>()
  return {
    count({ verb, asked }, status, seconds) {
      const { group = '', plural = '', subresource = '' } = asked?.resource ?? {}
      const whole = `${verb} ${group} ${plural} ${subresource}`
      let one = all.get(whole)
      const isRest = !one && all.size >= mostSeries
      if (isRest) one = all.get(verb)
      if (!one) {
        const named = isRest
          ? { group: '', resource: 'other', subresource: '' }
          : { group, resource: plural, subresource }
        const labels = Object.entries({ verb: verb.toUpperCase(), ...named })
          .map(([label, value]) => `${label}=${quoted(value)}`)
          .join()
        one = { labels, codes: new Map(), buckets: bounds.map(() => 0), seconds: 0, measured: 0 }
        all.set(isRest ? verb : whole, one)
      }
      one.codes.set(status, (one.codes.get(status) ?? 0) + 1)
      if (verb === 'watch' || streamed.has(subresource)) return
      one.measured++
      one.seconds += seconds
      for (let i = bounds.length - 1; i >= 0 && seconds <= bounds[i]!; i--) one.buckets[i]!++
    },
    text() {
      const lines = ['# TYPE apiserver_request_total counter']
      for (const { labels, codes } of all.values())
        for (const [code, times] of codes) lines.push(`apiserver_request_total{${labels},code="${code}"} ${times}`)
      lines.push('# TYPE apiserver_request_duration_seconds histogram')
      const name = 'apiserver_request_duration_seconds'
      for (const { labels, buckets, seconds, measured } of all.values()) {
        if (measured === 0) continue
        for (const [i, times] of buckets.entries()) lines.push(`${name}_bucket{${labels},le="${bounds[i]}"} ${times}`)
        lines.push(`${name}_bucket{${labels},le="+Inf"} ${measured}`)
        lines.push(`${name}_sum{${labels}} ${seconds}`, `${name}_count{${labels}} ${measured}`)
      }
      const { user, system } = process.cpuUsage()
      lines.push(
        '# TYPE process_cpu_seconds_total counter',
        `process_cpu_seconds_total ${(user + system) / 1e6}`,
        '# TYPE process_resident_memory_bytes gauge',
        `process_resident_memory_bytes ${process.memoryUsage.rss()}`,
        '# TYPE process_start_time_seconds gauge',
        `process_start_time_seconds ${started / 1000}`,
      )
      return `${lines.join('\n')}\n`
    },
  }
}
