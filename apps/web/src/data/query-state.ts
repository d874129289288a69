import { useCallback } from 'react'
import { useSearchParams } from 'wouter'

/** A part of the page's state that is kept in its address: `?key=value`, gone when empty. */
export function useQueryState(key: string): [string, (value: string) => void] {
  const [search, setSearch] = useSearchParams()
  const set = useCallback(
    (value: string) =>
      setSearch(
        (now) => {
          if (value) now.set(key, value)
          else now.delete(key)
          return now
        },
        { replace: true },
      ),
    [key, setSearch],
  )
  return [search.get(key) ?? '', set]
}
