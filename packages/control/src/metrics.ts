export type Labels = Readonly<Record<string, string>>

/** Where numbers go. Names and labels as Prometheus has them; durations in seconds. */
export interface Metrics {
  /** Counts up. */
  add(name: string, labels: Labels, by?: number): void
  /** Sets a level. */
  set(name: string, labels: Labels, value: number): void
  /** One observation of a distribution; kept as sum and count. */
  observe(name: string, labels: Labels, seconds: number): void
}

export const noMetrics: Metrics = { add: () => undefined, set: () => undefined, observe: () => undefined }

export interface MetricsRegistry extends Metrics {
  get(name: string, labels: Labels): number
  /** Prometheus' text format. */
  text(): string
}

type Family = { type: 'counter' | 'gauge' | 'summary'; series: Map<string, number> }

/** Keeps numbers in memory. */
export function metricsRegistry(): MetricsRegistry {
  const families = new Map<string, Family>()

  const change = (
    type: Family['type'],
    family: string,
    name: string,
    labels: Labels,
    next: (old: number) => number,
  ) => {
    let found = families.get(family)
    if (!found) {
      found = { type, series: new Map() }
      families.set(family, found)
    }
    const key = name + shown(labels)
    found.series.set(key, next(found.series.get(key) ?? 0))
  }

  return {
    add: (name, labels, by = 1) => change('counter', name, name, labels, (old) => old + by),
    set: (name, labels, value) => change('gauge', name, name, labels, () => value),
    observe(name, labels, seconds) {
      change('summary', name, `${name}_sum`, labels, (old) => old + seconds)
      change('summary', name, `${name}_count`, labels, (old) => old + 1)
    },
    get(name, labels) {
      const key = name + shown(labels)
      for (const { series } of families.values()) if (series.has(key)) return series.get(key) ?? 0
      return 0
    },
    text() {
      const lines: string[] = []
      for (const [name, { type, series }] of families) {
        lines.push(`# TYPE ${name} ${type}`)
        for (const [key, value] of series) lines.push(`${key} ${value}`)
      }
      return lines.length > 0 ? `${lines.join('\n')}\n` : ''
    },
  }
}

function shown(labels: Labels): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}="${value.replace(/["\\\n]/g, escaped)}"`)
  return pairs.length > 0 ? `{${pairs.join(',')}}` : ''
}

const escaped = (char: string) => (char === '\n' ? '\\n' : `\\${char}`)
