/** Keys as one text: `mod+k`, `g`, `?`. `mod` is Command on Macs and Control elsewhere. */
export function keyOf(event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'>): string | undefined {
  if (event.altKey || ['Control', 'Meta', 'Shift', 'Alt', 'Process', 'Dead'].includes(event.key)) return undefined
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key.toLowerCase()
  return event.ctrlKey || event.metaKey ? `mod+${key}` : key
}

const sequenceMs = 1_000

/** Follows what is typed; gives the shortcut of `known` that is complete, keys typed one after the other included. */
export function shortcutReader(now: () => number = Date.now) {
  let before: { key: string; at: number } | undefined
  return (key: string, known: readonly string[]): string | undefined => {
    const first = before && now() - before.at < sequenceMs ? before.key : undefined
    before = { key, at: now() }
    const both = first && `${first} ${key}`
    const found = both && known.includes(both) ? both : known.includes(key) ? key : undefined
    if (found) before = undefined
    return found
  }
}

/** Whether keys go into a field rather than to the page. */
export function isTyping(target: unknown): boolean {
  const { tagName = '', isContentEditable = false } = (target ?? {}) as {
    tagName?: string
    isContentEditable?: boolean
  }
  return isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(tagName)
}

/** How a shortcut is printed: `⌘K`, `Ctrl K`, `G H`. */
export const shortcutText = (shortcut: string, isMac: boolean): string =>
  shortcut
    .split(' ')
    .map((part) => part.replace('mod+', isMac ? '⌘' : 'Ctrl ').replace(/(\w+)$/, (key) => keyName(key)))
    .join(' ')

const keyName = (key: string) => (key.length === 1 ? key.toUpperCase() : key[0]!.toUpperCase() + key.slice(1))
