import { Alert, Anchor, Button, Group, Stack, Text } from '@mantine/core'
import { ExternalLinkIcon } from '@radix-ui/react-icons'
import type { AppRow, ReleaseRow } from '@sampan/resources/sampan/rows'
import { Link } from 'wouter'
import { approveRollout } from '../../actions/app.ts'
import { knownKey } from '../../data/messages.ts'
import { addHref, appHref, pipelineHref } from '../../data/paths.ts'
import type { AppDetail, AppRef } from '../../data/platform.ts'
import { type Remedy, remedyFor } from '../../data/remedies.ts'
import { isBad, isMoving, standingOf } from '../../data/states.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { Empty } from '../../parts/empty.tsx'
import { useWords } from '../../parts/language.tsx'
import { Section } from '../../parts/page.tsx'
import { RunLine } from '../../parts/run-line.tsx'
import { When } from '../../parts/when.tsx'
import { Instances } from './instances.tsx'
import { ReleaseTable, shortImage } from './release-table.tsx'
import { Routes } from './routes.tsx'

type Props = AppRef & { data: AppDetail }

/** How it is, in one screen: a sentence and the address, what serves, instances, the last releases, who waits. */
export function Overview({ data, project, app }: Props) {
  const { t } = useWords()
  const run = data.pipelines[0]
  const isBuilding = run && isMoving(run.status?.state ?? 'running')
  const waiting = data.releases.flatMap((release) =>
    release.rollouts.filter(({ state }) => state === 'planned').map((one) => ({ ...one, number: release.number })),
  )
  return (
    <Stack gap="xl">
      <div className="panel">
        {data.environments.map((row) => (
          <Standing
            key={row.environment}
            row={row}
            release={data.releases.find(({ serving }) => serving.includes(row.environment))}
            remedy={remedyAt(data, row, { project, app })}
            project={project}
            app={app}
          />
        ))}
        {isBuilding && <RunLine pipeline={run} />}
      </div>
      {waiting.map(({ name, environment, number }) => (
        <Alert key={name} color="orange" variant="light">
          <Group justify="space-between">
            <Text size="sm">{t('release.waits', { number, environment })}</Text>
            <ActionButton action={approveRollout} target={{ project, name }} variant="filled" />
          </Group>
        </Alert>
      ))}
      {data.releases.length === 0 && !isBuilding ? (
        <Empty
          title={t('app.noReleases')}
          action={
            run ? (
              <Anchor component={Link} href={pipelineHref(project, run.metadata.name)} size="sm">
                {t('app.lastRun')}
              </Anchor>
            ) : (
              <Anchor component={Link} href={`${addHref(project, 'push')}?app=${app}`} size="sm">
                {t('app.howToPush')}
              </Anchor>
            )
          }
        >
          {t('app.noReleasesHelp')}
        </Empty>
      ) : (
        <>
          <Section title={t('app.instances')}>
            <Instances data={data} project={project} app={app} />
          </Section>
          <Section
            title={t('app.lastReleases')}
            actions={
              <Anchor component={Link} href={appHref(project, app, 'releases')} size="sm">
                {t('common.showAll')}
              </Anchor>
            }
          >
            <ReleaseTable releases={data.releases.slice(0, 5)} project={project} app={app} />
          </Section>
          <Section
            title={t('app.domains')}
            actions={
              <Anchor component={Link} href={appHref(project, app, 'network')} size="sm">
                {t('app.network')}
              </Anchor>
            }
          >
            <Routes data={data} project={project} app={app} />
          </Section>
        </>
      )}
    </Stack>
  )
}

/** What there is to do: where the failed rollout says, or at the run that made no release. */
function remedyAt(
  { app, pipelines }: AppDetail,
  { environment, state, reason }: AppRow,
  at: AppRef,
): Remedy | undefined {
  if (!isBad(state)) return undefined
  const { cause } = app.status?.environments?.find(({ name }) => name === environment) ?? {}
  const [run] = pipelines
  const isOfRun = !cause && run && isBad(run.status?.state ?? '')
  if (isOfRun) return { label: 'remedy.run', href: pipelineHref(at.project, run.metadata.name) }
  return remedyFor(at, { cause, reason })
}

type StandingProps = AppRef & { row: AppRow; release: ReleaseRow | undefined; remedy: Remedy | undefined }

/** One environment: the sentence, why when something is wrong, the address, and what serves there. */
function Standing({ row, release: serving, remedy, project, app }: StandingProps) {
  const { t, said } = useWords()
  const { environment, state, reason, url, release, ready = 0, replicas = 0 } = row
  const standing = standingOf(row)
  const says =
    (release === undefined && knownKey(`app.says.${state}First`)) ||
    (standing === 'verified' && !url && knownKey('app.says.runs')) ||
    knownKey(`app.says.${standing}`)
  const sentence = t(says ?? 'app.says.none', {
    release: release ?? '–',
    ready,
    replicas,
    environment,
  })
  return (
    <div className="line standing" data-bad={isBad(state) || undefined}>
      <div className="grow">
        <Text size="sm" fw={600}>
          {environment}
        </Text>
        <Text size="sm" mt={2}>
          {sentence}
        </Text>
        {reason && (
          <Text size="sm" mt={4} className="name reason">
            {said(reason)}
          </Text>
        )}
        {remedy && (
          <Button
            component={Link}
            href={remedy.href}
            size="compact-sm"
            variant="light"
            mt="xs"
            mb={4}
            display="block"
            w="fit-content"
          >
            {t(remedy.label)}
          </Button>
        )}
        {url && standing !== 'stopped' && (
          <Anchor href={url} target="_blank" rel="noreferrer" size="sm" className="name" mt={4} display="inline-block">
            {url} <ExternalLinkIcon width={13} height={13} aria-label={t('app.open')} />
          </Anchor>
        )}
        {serving && (
          <Text size="xs" c="dimmed" mt={6} className="name">
            {t('app.serves')}{' '}
            <Anchor
              component={Link}
              href={`${appHref(project, app, 'releases')}?show=${serving.number}`}
              inherit
              underline="always"
            >
              v{serving.number}
            </Anchor>
            {' · '}
            {[
              serving.commit?.message?.split('\n')[0],
              serving.commit?.sha.slice(0, 8),
              serving.by ?? serving.commit?.author,
              shortImage(serving.image),
            ]
              .filter(Boolean)
              .join(' · ')}
            {' · '}
            <When time={serving.createdAt} inline />
          </Text>
        )}
      </div>
    </div>
  )
}
