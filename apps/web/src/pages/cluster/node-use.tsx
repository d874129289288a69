import { Text } from '@mantine/core'
import type { KubeObject } from '@sampan/resources/meta'
import { useObjects } from '../../data/live.ts'
import { type NodeLike, sharesOf } from '../../data/node.ts'
import { useNodeMetrics } from '../../data/node-metrics.ts'
import type { PodLike } from '../../data/pod.ts'
import { bytesText } from '../../data/usage.ts'
import { useWords } from '../../parts/language.tsx'
import { Section } from '../../parts/page.tsx'
import { ShareBar } from '../../parts/share-bar.tsx'

/** What a node has, what its pods ask for and use, and the images on it. */
export function NodeUse({ node }: { node: KubeObject }) {
  const { t } = useWords()
  const pods = useObjects<PodLike>({ path: '/api/v1/pods', fields: `spec.nodeName=${node.metadata.name}` })
  const metrics = useNodeMetrics([node])
  const { images = [] } = (node as NodeLike).status ?? {}
  const size = images.reduce((sum, { sizeBytes = 0 }) => sum + sizeBytes, 0)
  return (
    <Section title={t('common.capacity')}>
      <div className="box shares">
        {sharesOf(node, pods.items, metrics.get(node.metadata.name)).map((share) => (
          <ShareBar key={share.resource} share={share} />
        ))}
      </div>
      <Text size="xs" c="dimmed" mt="xs">
        {t('cluster.images')}: {t('cluster.imagesTotal', { count: images.length, size: bytesText(size) })}
      </Text>
    </Section>
  )
}
