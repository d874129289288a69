import { useQuery } from '@tanstack/react-query'
import { type ApiKind, kinds } from './discovery.ts'

/** Every kind the server has. */
export const useKinds = () =>
  useQuery({ queryKey: ['kinds'], queryFn: ({ signal }) => kinds(signal), staleTime: 60_000 })

const none: readonly ApiKind[] = []

/** The same where waiting for it is not worth showing. */
export const useKnownKinds = (): readonly ApiKind[] => useKinds().data ?? none
