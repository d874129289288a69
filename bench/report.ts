export interface Measured {
  /** What was done. */
  name: string
  /** Ours and the floor's, in the same unit. */
  ours: number
  floor: number
  unit: string
  /** Larger is better (throughput) or smaller is (time). */
  better: 'more' | 'less'
}

/** Prints measurements beside their floors. The ratio is ours to the floor: for times ≤ 1.25 is the promise, for rates it says what the API costs. */
export function report(title: string, rows: readonly Measured[]) {
  console.log(`\n${title}`)
  console.log(`${'what'.padEnd(34)}${'ours'.padStart(12)}${'floor'.padStart(12)}  unit     ratio`)
  for (const { name, ours, floor, unit } of rows) {
    console.log(
      `${name.padEnd(34)}${shown(ours).padStart(12)}${shown(floor).padStart(12)}  ${unit.padEnd(7)}${(ours / floor).toFixed(2).padStart(6)}`,
    )
  }
  console.log(JSON.stringify({ title, rows }))
}

const shown = (value: number) => (value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(2))

/** The value in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]!
}

export function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]!
}
