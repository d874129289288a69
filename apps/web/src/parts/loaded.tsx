import { Alert, Button, Group, Loader, Text } from '@mantine/core'
import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Refused } from '../data/api.ts'
import { useWords } from './language.tsx'

interface Props<T> {
  query: UseQueryResult<T>
  isEmpty?: (data: T) => boolean
  empty?: ReactNode
  children: (data: T) => ReactNode
}

/** Loading, failure and emptiness of a query, so that pages only say what is shown. */
export function Loaded<T>({ query, isEmpty, empty, children }: Props<T>) {
  const { t } = useWords()
  if (query.isPending) {
    return (
      <Group gap="xs" role="status">
        <Loader size="xs" />
        <Text c="dimmed">{t('common.loading')}…</Text>
      </Group>
    )
  }
  if (query.isError && query.data === undefined) return <Failure error={query.error} retry={() => query.refetch()} />
  const data = query.data as T
  return isEmpty?.(data) ? empty : children(data)
}

/** The sentence of the server, the request to quote, and a way to try again. */
export function Failure({ error, retry }: { error: Error; retry?: () => void }) {
  const { t } = useWords()
  return (
    <Alert color="red" variant="light" role="alert">
      <Text size="sm">{error.message}</Text>
      {error instanceof Refused && error.request && (
        <Text size="xs" c="dimmed" mt={4}>
          {error.request}
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
