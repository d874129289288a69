import { Group, Text } from '@mantine/core'
import { Link } from 'wouter'
import type { AppPlace } from '../data/ours.ts'
import { appHref } from '../data/paths.ts'
import { standingOf } from '../data/states.ts'
import { useWords } from './language.tsx'
import { State } from './state.tsx'

/** An app in one environment: how it is, and why when not well. */
export function AppTile({ place, withProject }: { place: AppPlace; withProject?: boolean }) {
  const { t, said } = useWords()
  const { project, name, environment, reason, url, release, ready, replicas } = place
  return (
    <Link href={appHref(project, name)} className="tile">
      <Group justify="space-between" wrap="nowrap" align="start" gap="xs">
        <div className="grow">
          <Text fw={600} size="sm" className="name">
            {name}
          </Text>
          <Text size="xs" c="dimmed" className="name">
            {[withProject && project, environment].filter(Boolean).join(' · ')}
          </Text>
        </div>
        <State value={standingOf(place)} size="sm" />
      </Group>
      {reason && (
        <Text size="xs" mt={8} lineClamp={3} className="name">
          {said(reason)}
        </Text>
      )}
      {url && (
        <Text size="xs" c="dimmed" mt={8} truncate>
          {url.replace(/^https?:\/\//, '')}
        </Text>
      )}
      {release !== undefined && (
        <Text size="xs" c="dimmed" mt={url ? 0 : 8}>
          v{release} · {t('column.instances')} {ready ?? 0}/{replicas ?? 0}
        </Text>
      )}
    </Link>
  )
}
