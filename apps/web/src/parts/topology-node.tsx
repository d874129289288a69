import { VisuallyHidden } from '@mantine/core'
import { ArchiveIcon, CubeIcon, GlobeIcon, LayersIcon, RocketIcon, Share1Icon } from '@radix-ui/react-icons'
import type { ComponentType } from 'react'
import type { TopologyKind, TopologyNode } from '../data/topology.ts'
import { useWords } from './language.tsx'

const icons: Record<TopologyKind, ComponentType> = {
  app: RocketIcon,
  route: GlobeIcon,
  service: Share1Icon,
  workload: LayersIcon,
  pod: CubeIcon,
  volume: ArchiveIcon,
}

interface Props {
  node: TopologyNode
  isChosen: boolean
  onChoose: (id: string) => void
}

/** One thing of a project as a button: what it is, what it is called, how it is. */
export function TopologyButton({ node, isChosen, onChoose }: Props) {
  const { t } = useWords()
  const { id, kind, title, detail, health, count } = node
  const Icon = icons[kind]
  const what = count
    ? t('topology.podsMany', { count })
    : kind === 'workload'
      ? node.about?.kind
      : t(`topology.${kind}`)
  return (
    <button
      type="button"
      className="topology-node nopan nodrag"
      data-health={health}
      data-chosen={isChosen || undefined}
      aria-haspopup="dialog"
      title={title}
      onClick={() => onChoose(id)}
    >
      <span className="topology-icon">
        <Icon />
      </span>
      <span className="topology-words">
        <span className="topology-title">{title}</span>
        <span className="topology-detail">{[what, detail].filter(Boolean).join(' · ')}</span>
        <VisuallyHidden>{t(`topology.${health}`)}</VisuallyHidden>
      </span>
      <span className="topology-dot" data-moving={health === 'busy' || undefined} />
    </button>
  )
}
