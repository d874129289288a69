import { Anchor, Badge, Group, Table, Text } from '@mantine/core'
import type { ReleaseRow } from '@sampan/resources/sampan/rows'
import { Link } from 'wouter'
import { bringBack, type ReleaseTarget } from '../../actions/app.ts'
import type { Action } from '../../data/action.ts'
import { appHref } from '../../data/paths.ts'
import type { AppRef } from '../../data/platform.ts'
import { duration } from '../../data/when.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { useWords } from '../../parts/language.tsx'
import { State } from '../../parts/state.tsx'
import { When } from '../../parts/when.tsx'

/** The spine of an app: what was made, by whom, which serves, and the way back. */
export function ReleaseTable({ releases, project, app }: AppRef & { releases: readonly ReleaseRow[] }) {
  const { t } = useWords()
  const serving = releases.find((one) => one.serving.length > 0)?.number
  return (
    <div className="panel">
      <Table.ScrollContainer minWidth={0} type="native">
        <Table verticalSpacing={10} horizontalSpacing="md">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('column.release')}</Table.Th>
              <Table.Th>{t('column.state')}</Table.Th>
              <Table.Th>{t('column.what')}</Table.Th>
              <Table.Th visibleFrom="md">{t('column.duration')}</Table.Th>
              <Table.Th visibleFrom="sm">{t('column.made')}</Table.Th>
              <Table.Th visibleFrom="sm" aria-label={t('release.rollback')} />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {releases.map((one) => (
              <Row key={one.number} release={one} action={bringBack(one.number, serving)} project={project} app={app} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </div>
  )
}

function Row({ release, action, project, app }: AppRef & { release: ReleaseRow; action: Action<ReleaseTarget> }) {
  const { t, said } = useWords()
  const isServing = release.serving.length > 0
  const [latest] = release.rollouts
  const environment = latest?.environment
  const took = latest?.finishedAt && duration(latest.startedAt, latest.finishedAt, 0)
  return (
    <Table.Tr>
      <Table.Td>
        <Group gap={6}>
          <Anchor
            component={Link}
            href={`${appHref(project, app, 'releases')}?show=${release.number}`}
            size="sm"
            fw={600}
          >
            v{release.number}
          </Anchor>
          {isServing && (
            <Badge size="sm" color="teal" variant="dot">
              {t('app.serving')}
            </Badge>
          )}
        </Group>
      </Table.Td>
      <Table.Td>
        <Group gap={6}>
          {release.rollouts.length === 0 && <State value="none" size="sm" />}
          {release.rollouts.slice(0, 3).map((one) => (
            <State key={one.name} value={one.state} size="sm" />
          ))}
        </Group>
      </Table.Td>
      <Table.Td>
        <Text size="sm" lineClamp={2} className="name">
          {(release.reason && said(release.reason)) ??
            release.commit?.message?.split('\n')[0] ??
            shortImage(release.image)}
        </Text>
        <Text size="xs" c="dimmed" className="name">
          {[release.commit?.sha.slice(0, 8), release.by ?? release.commit?.author].filter(Boolean).join(' · ')}
        </Text>
      </Table.Td>
      <Table.Td visibleFrom="md">
        <Text size="sm" c="dimmed">
          {took ?? '–'}
        </Text>
      </Table.Td>
      <Table.Td visibleFrom="sm">
        <When time={release.createdAt} />
      </Table.Td>
      <Table.Td ta="end" visibleFrom="sm">
        {!isServing && (
          <ActionButton
            action={action}
            target={{ project, app, number: release.number, environment, isServing }}
            size="compact-sm"
            variant="subtle"
          />
        )}
      </Table.Td>
    </Table.Tr>
  )
}

/** `registry/project/app@sha256:0123…` → `app@0123abcd`. */
export const shortImage = (image: string) =>
  image.replace(/^.*\//, '').replace(/@sha256:([0-9a-f]{8})[0-9a-f]*$/, '@$1')
