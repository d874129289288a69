/** JSON merge patch (RFC 7386). Returns a new value; neither argument is changed, unchanged parts are shared. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch
  const result: Record<string, unknown> = isObject(target) ? { ...target } : {}
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key]
    else if (value !== undefined) result[key] = mergePatch(result[key], value)
  }
  return result
}

/** The merge patch that turns `from` into `to`, or undefined when they already say the same. */
export function mergePatchBetween(from: unknown, to: unknown): unknown {
  if (!isObject(from) || !isObject(to)) return JSON.stringify(from) === JSON.stringify(to) ? undefined : to
  const patch: Record<string, unknown> = {}
  for (const key of Object.keys(from)) if (from[key] !== undefined && to[key] === undefined) patch[key] = null
  for (const [key, value] of Object.entries(to)) {
    if (value === undefined) continue
    const change = from[key] === undefined ? value : mergePatchBetween(from[key], value)
    if (change !== undefined) patch[key] = change
  }
  return Object.keys(patch).length > 0 ? patch : undefined
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
