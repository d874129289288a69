import { useEffect, useRef } from 'react'
import type { Action } from '../data/action.ts'
import type { Offers } from '../data/offers.ts'
import { isTyping, keyOf, shortcutReader } from '../data/shortcuts.ts'

interface Runner {
  start<T>(action: Action<T>, target: T): Promise<void>
  offers: Offers
}

/** The shortcuts of everything that is offered; not while somebody types, except those with Control or Command. */
export function useKeys({ start, offers }: Runner) {
  const now = useRef({ start, offers })
  now.current = { start, offers }
  useEffect(() => {
    const read = shortcutReader()
    const listen = (event: KeyboardEvent) => {
      const key = keyOf(event)
      if (!key || event.defaultPrevented) return
      if (!key.startsWith('mod+') && (isTyping(event.target) || document.querySelector('[role=dialog]'))) return
      const known = now.current.offers.all.flatMap(({ action }) => action.shortcut ?? [])
      const found = read(key, known)
      // The newest offer is the innermost page's.
      const wanted = found && now.current.offers.all.findLast(({ action }) => action.shortcut === found)
      if (!wanted) return
      event.preventDefault()
      void now.current.start(wanted.action, wanted.target)
    }
    addEventListener('keydown', listen)
    return () => removeEventListener('keydown', listen)
  }, [])
}
