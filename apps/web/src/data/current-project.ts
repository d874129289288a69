import { useEffect, useState } from 'react'
import { useLocation } from 'wouter'

const storageKey = 'sampan.project'

/** The project an address is about. */
export const projectIn = (path: string): string | undefined => {
  const [, name] = /^\/projects\/([^/]+)/.exec(path) ?? []
  return name && decodeURIComponent(name)
}

/** The project of this address, else the one looked at last, else the first of `known`. */
export function useCurrentProject(known: readonly string[]): string | undefined {
  const [path] = useLocation()
  const here = projectIn(path)
  const [last, setLast] = useState(() => localStorage.getItem(storageKey) ?? undefined)
  useEffect(() => {
    if (!here) return
    localStorage.setItem(storageKey, here)
    setLast(here)
  }, [here])
  return here ?? known.find((name) => name === last) ?? known[0]
}
