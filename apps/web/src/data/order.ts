export interface Order {
  key: string
  isDescending: boolean
}

const words = new Intl.Collator('en', { numeric: true })

/** Ordered by a value; numbers as numbers, `web-10` after `web-9`. Leaves the given array as it is. */
export function ordered<T>(
  items: readonly T[],
  valueIn: (item: T) => string | number,
  { isDescending }: Pick<Order, 'isDescending'>,
): T[] {
  const sign = isDescending ? -1 : 1
  return items
    .map((item) => ({ item, value: valueIn(item) }))
    .sort((a, b) => sign * compare(a.value, b.value))
    .map(({ item }) => item)
}

const compare = (a: string | number, b: string | number): number =>
  typeof a === 'number' && typeof b === 'number' ? a - b : words.compare(String(a), String(b))
