/** What is needed to find out whether the console was replaced under this page, and to change over to the new one. */
export interface Place {
  /** Where this page's script came from; undefined while developing. */
  current: string | undefined
  /** The HTML a reload would bring. Throws when it cannot be had. */
  html(): Promise<string>
  storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>
  reload(): void
}

const key = 'sampan-version'
const told = 'sampan-updated'
const entry = /<script[^>]*type="module"[^>]*src="([^"]+)"/

/**
 * After code of this page could not be loaded: when the console was replaced meanwhile, loads the new one at the same address
 * and gives true; nothing more happens here then. Once per version, so that a broken one is not loaded for ever.
 */
export async function changeOver({ current, html, storage, reload }: Place): Promise<boolean> {
  if (current === undefined) return false
  const next = entry.exec(await html().catch(() => ''))?.[1]
  if (next === undefined || next === current || storage.getItem(key) === next) return false
  storage.setItem(key, next)
  storage.setItem(told, 'true')
  reload()
  return true
}

/** Whether this page is the new version after a change-over; true once. */
export function hasChangedOver(storage: Place['storage']): boolean {
  const isNew = storage.getItem(told) !== null
  if (isNew) storage.removeItem(told)
  return isNew
}

/** The browser's own. */
export const here = (): Place => ({
  current: document.querySelector('script[type=module][src]')?.getAttribute('src') ?? undefined,
  html: async () => (await fetch('/', { cache: 'no-store', headers: { accept: 'text/html' } })).text(),
  storage: sessionStorage,
  reload: () => location.reload(),
})
