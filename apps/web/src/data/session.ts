import { useQuery, useQueryClient } from '@tanstack/react-query'
import { createContext, useContext, useEffect } from 'react'
import { Refused } from './api.ts'
import { onConnectionFailure } from './live.ts'
import { type Me, platform } from './platform.ts'

/** Group whose members may do everything. */
const admins = 'sampan:admins'

export const isAdmin = ({ groups }: Me) => groups.includes(admins)

/** Who is signed in, and whether a session that was there is over. */
export function useSession() {
  const client = useQueryClient()
  const me = useQuery({ queryKey: ['me'], queryFn: platform.me, staleTime: 60_000, retryOnMount: false })
  useEffect(() => onConnectionFailure(() => void client.invalidateQueries({ queryKey: ['me'] })), [client])
  const isOver = me.error instanceof Refused && me.error.status === 401
  return { me, isOver }
}

export const MeContext = createContext<Me | undefined>(undefined)

/** The signed-in user, below the shell. */
export function useMe(): Me {
  const me = useContext(MeContext)
  if (!me) throw new Error('useMe needs a signed-in user around it')
  return me
}
