import { Alert, Button, Group, Loader, Text } from '@mantine/core'
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
    <Group gap="xs" role="status" p="md">
      <Loader size="xs" />
      <Text c="dimmed" size="sm">
        {t('common.loading')}…
      </Text>
    </Group>
  )
}

/** The sentence of the server, the request to quote, and a way to try again. */
export function Failure({ error, retry }: { error: Error; retry?: () => void }) {
  const { t } = useWords()
  return (
    <Alert color="red" variant="light" role="alert">
      <Text size="sm" className="name">
        {error.message}
      </Text>
      {error instanceof Refused && error.request && (
        <Text size="xs" c="dimmed" mt={4} ff="monospace">
          {t('common.request', { id: error.request })}
        </Text>
      )}
      {retry && (
        <Button size="compact-sm" variant="light" color="red" mt="xs" onClick={retry}>
          {t('common.retry')}
        </Button>
      )}
    </Alert>
  )
}
