import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { watchChanges } from '../data/watch.ts'

const ours = '/apis/sampan.dev/v1'

/** Keeps everything on the page fresh: any change of a kind of ours or of a pod reads it again. Gives whether the line is up. */
export function useLive(project?: string): boolean {
  const client = useQueryClient()
  const [isConnected, setConnected] = useState(true)
  useEffect(() => {
    const stop = new AbortController()
    const below = project ? `${ours}/namespaces/${project}` : ours
    watchChanges(
      ['apps', 'pipelines', 'releases', 'rollouts'].map((plural) => `${below}/${plural}`),
      {
        signal: stop.signal,
        onConnected: setConnected,
        onChange: () => void client.invalidateQueries({ queryKey: ['platform'] }),
      },
    )
    return () => stop.abort()
  }, [client, project])
  return isConnected
}
