import { Button } from '@mantine/core'
import type { ReactNode } from 'react'
import { Refused } from '../data/api.ts'
import { useWords } from './language.tsx'

/** What a query and a live list have in common. */
export interface Loadable<T> {
  data: T | undefined
  error?: Error | null
  refetch: () => unknown
}

interface Props<T> {
  query: Loadable<T>
  isEmpty?: (data: T) => boolean
  empty?: ReactNode
  children: (data: T) => ReactNode
}

/** Loading, failure and emptiness of a query, so that pages only say what is shown. */
export function Loaded<T>({ query, isEmpty, empty, children }: Props<T>) {
  if (query.data === undefined) {
    if (!query.error) return <Loading />
    return <Failure error={query.error} retry={() => query.refetch()} />
  }
  return isEmpty?.(query.data) ? empty : children(query.data)
}

/** Never a wheel without words. */
export function Loading() {
  const { t } = useWords()
  return (
    <div className="loading" role="status">
      <span className="wheel" />
      {t('common.loading')}…
    </div>
  )
}

/** The sentence of the server, the request to quote, and a way to try again. */
export function Failure({ error, retry }: { error: Error; retry?: () => void }) {
  const { t } = useWords()
  const isForbidden = error instanceof Refused && error.status === 403
  return (
    <div className="banner" data-bad={!isForbidden || undefined} role="alert">
      {isForbidden && <strong>{t('common.notAllowed')}</strong>}
      <div className="name">{error.message}</div>
      {error instanceof Refused && error.request && (
        <div className="banner-note">{t('common.request', { id: error.request })}</div>
      )}
      {retry && !isForbidden && (
        <Button size="compact-sm" variant="light" color="red" mt="xs" onClick={retry}>
          {t('common.retry')}
        </Button>
      )}
    </div>
  )
}
