export interface Backoff {
  /** Milliseconds before the first retry. */
  first: number
  /** No wait is longer than this, in milliseconds. */
  most: number
  /** Growth per failure; default 2. */
  factor?: number
  /** Share of the wait that is random, 0 to 1; default 0.2. */
  jitter?: number
}

/** How long to wait after the `failures`-th failure in a row (from 1), in milliseconds. */
export function waitAfter(
  failures: number,
  { first, most, factor = 2, jitter = 0.2 }: Backoff,
  random = Math.random,
): number {
  if (failures < 1) return 0
  const full = Math.min(most, first * factor ** (failures - 1))
  return full * (1 - jitter * random())
}
