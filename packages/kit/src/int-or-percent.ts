/** `3` or `25%`: of `total`, rounded the way the caller says. Throws `RangeError` on anything else. */
export function amountOf(value: number | string, total: number, round: 'up' | 'down'): number {
  if (typeof value === 'number') return value
  const percent = percentOf(value)
  if (percent === undefined)
    throw new RangeError(`invalid value for IntOrString: ${JSON.stringify(value)} is not a percentage`)
  return round === 'up' ? Math.ceil((percent * total) / 100) : Math.floor((percent * total) / 100)
}

/** 25 for `25%`; undefined for what is no percentage. */
export function percentOf(value: unknown): number | undefined {
  return typeof value === 'string' && /^\d+%$/.test(value) ? Number(value.slice(0, -1)) : undefined
}
