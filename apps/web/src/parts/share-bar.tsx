import { Progress, Text } from '@mantine/core'
import type { Share } from '../data/node.ts'
import { bytesText, cpuText } from '../data/usage.ts'
import { useWords } from './language.tsx'

const textOf = (resource: Share['resource'], value: number) =>
  resource === 'cpu' ? cpuText(value / 1000) : resource === 'memory' ? bytesText(value) : String(value)

/** How much of something is used and asked for, of what there is. */
export function ShareBar({ share: { resource, all, requested, used } }: { share: Share }) {
  const { t } = useWords()
  const part = (value: number) => (all > 0 ? Math.min(100, (value / all) * 100) : 0)
  const title = resource === 'pods' ? t('object.pods') : t(`cluster.${resource}`)
  const value = part(used ?? requested)
  return (
    <div className="share">
      <Text size="xs" fw={600}>
        {title}
      </Text>
      <Progress
        value={value}
        size="md"
        color={value > 90 ? 'red' : value > 75 ? 'orange' : undefined}
        aria-label={title}
      />
      <Text size="xs" c="dimmed">
        {resource === 'pods'
          ? t('cluster.podsUsed', { used: requested, all })
          : [
              used === undefined ? t('cluster.noUsage') : t('cluster.inUse', { used: textOf(resource, used) }),
              t('cluster.requested', { used: textOf(resource, requested) }),
              t('cluster.ofAll', { all: textOf(resource, all) }),
            ].join(' · ')}
      </Text>
    </div>
  )
}
