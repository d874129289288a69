/** A deep copy of a JSON value. Several times quicker than `structuredClone`; members that are `undefined` are left out. */
export function jsonCopy<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(jsonCopy) as T
  const copy: Record<string, unknown> = {}
  for (const key of Object.keys(value)) {
    const member = (value as Record<string, unknown>)[key]
    if (member === undefined) continue
    const own = typeof member === 'object' ? jsonCopy(member) : member
    // A plain assignment to this name would set the prototype.
    if (key === '__proto__')
      Object.defineProperty(copy, key, { value: own, enumerable: true, writable: true, configurable: true })
    else copy[key] = own
  }
  return copy as T
}
