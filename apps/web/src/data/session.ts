import { useQuery, useQueryClient } from '@tanstack/react-query'
import { createContext, useContext, useEffect } from 'react'
import { Refused } from './api.ts'
import { onConnectionFailure } from './live.ts'
import { type Me, platform } from './platform.ts'

/** How long after the connection broke it is asked whether the session is over, in milliseconds. */
const patienceMs = 1_000

/** Group whose members may do everything. */
const admins = 'sampan:admins'

export const isAdmin = ({ groups }: Me) => groups.includes(admins)

/** Who is signed in, and whether a session that was there is over. */
export function useSession() {
  const client = useQueryClient()
  const me = useQuery({ queryKey: ['me'], queryFn: platform.me, staleTime: 60_000, retryOnMount: false })
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    // Not in the middle of what somebody is doing: a click that is on its way still arrives.
    onConnectionFailure(() => {
      clearTimeout(timer)
      timer = setTimeout(() => void client.invalidateQueries({ queryKey: ['me'] }), patienceMs)
    })
    return () => clearTimeout(timer)
  }, [client])
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
