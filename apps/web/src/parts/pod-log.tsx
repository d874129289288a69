import { Select, Switch } from '@mantine/core'
import type { LogLine } from '../data/log-buffer.ts'
import type { PodLike } from '../data/pod.ts'
import { containersOf } from '../data/pod.ts'
import { openPodLog, podLogPath } from '../data/pod-log.ts'
import { useQueryState } from '../data/query-state.ts'
import { useWords } from './language.tsx'
import { LogView } from './log-view.tsx'

const asLine = (line: LogLine) => line

/** The log of any container of a pod, also of before its last restart. Which one is in the address. */
export function PodLog({ pod }: { pod: PodLike }) {
  const { t } = useWords()
  const [wanted, choose] = useQueryState('container')
  const [previous, setPrevious] = useQueryState('previous')
  const containers = containersOf(pod)
  const container = containers.find(({ name }) => name === wanted) ?? containers.find(({ role }) => role === 'main')
  if (!container) return null
  const source = {
    namespace: pod.metadata.namespace ?? '',
    pod: pod.metadata.name,
    container: container.name,
    ...(previous && { previous: true }),
  }
  return (
    <LogView
      key={podLogPath(source, { follow: true })}
      path={podLogPath(source, { follow: true })}
      download={podLogPath(source, { follow: false })}
      label={`${source.pod}-${source.container}`}
      lineOf={asLine}
      open={openPodLog}
      tools={
        <>
          {containers.length > 1 && (
            <Select
              size="xs"
              w={180}
              aria-label={t('object.container')}
              data={containers.map(({ name }) => name)}
              value={container.name}
              onChange={(name) => choose(name ?? '')}
              allowDeselect={false}
            />
          )}
          {container.restarts > 0 && (
            <Switch
              size="sm"
              label={t('object.previous')}
              checked={previous !== ''}
              onChange={(event) => setPrevious(event.currentTarget.checked ? 'true' : '')}
            />
          )}
        </>
      }
    />
  )
}
