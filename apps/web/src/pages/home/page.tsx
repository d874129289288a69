import { Group, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { newProject } from '../../actions/project.ts'
import { offer } from '../../data/action.ts'
import { newestFirst, placesOf, useApps, usePipelines } from '../../data/ours.ts'
import { projectHref } from '../../data/paths.ts'
import { type ProjectRow, platform } from '../../data/platform.ts'
import { isBad, isMoving } from '../../data/states.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { useOffers } from '../../parts/action-provider.tsx'
import { AppTile } from '../../parts/app-tile.tsx'
import { Empty } from '../../parts/empty.tsx'
import { useWords } from '../../parts/language.tsx'
import { Loaded, Loading } from '../../parts/loaded.tsx'
import { Page as Frame, Section } from '../../parts/page.tsx'
import { RunLine } from '../../parts/run-line.tsx'

/** What concerns the person now: what failed, what is going on, their projects. */
export function Page() {
  const { t } = useWords()
  const projects = useQuery({ queryKey: ['platform', 'projects'], queryFn: platform.projects })
  useOffers([offer(newProject, undefined)], 'home')
  return (
    <Frame title={t('home.title')} actions={<ActionButton action={newProject} target={undefined} />}>
      <Loaded query={projects} isEmpty={(rows) => rows.length === 0} empty={<First />}>
        {(rows) => (
          <>
            <Now />
            <Section title={t('home.projects')}>
              <Projects rows={rows} />
            </Section>
          </>
        )}
      </Loaded>
    </Frame>
  )
}

function First() {
  const { t } = useWords()
  return (
    <Empty
      title={t('home.firstProject')}
      action={<ActionButton action={newProject} target={undefined} variant="filled" />}
    >
      {t('home.firstProjectHelp')}
    </Empty>
  )
}

/** What failed and what is on its way, over all projects. */
function Now() {
  const { t } = useWords()
  const apps = useApps()
  const pipelines = usePipelines()
  const places = placesOf(apps.items)
  const bad = places.filter(({ state, reason }) => isBad(state) || (reason && state !== 'verified'))
  const runs = pipelines.items.toSorted(newestFirst)
  const moving = runs.filter(({ status }) => isMoving(status?.state ?? 'pending') || !status?.state)
  return (
    <>
      {bad.length > 0 && (
        <Section title={t('home.failed')}>
          <div className="cards">
            {bad.map((place) => (
              <AppTile key={`${place.project}/${place.name}/${place.environment}`} place={place} withProject />
            ))}
          </div>
        </Section>
      )}
      {bad.length === 0 && apps.isComplete && places.length > 0 && (
        <Text size="sm" c="dimmed">
          {t('home.allWell')}
        </Text>
      )}
      {moving.length > 0 && (
        <Section title={t('home.running')}>
          <div className="panel">
            {moving.slice(0, 6).map((one) => (
              <RunLine key={one.metadata.uid} pipeline={one} withProject />
            ))}
          </div>
        </Section>
      )}
      <Section title={t('home.recent')}>
        {!pipelines.isLoaded ? (
          <Loading />
        ) : runs.length === 0 ? (
          <Text size="sm" c="dimmed">
            {t('home.noRuns')}
          </Text>
        ) : (
          <div className="panel">
            {runs.slice(0, 5).map((one) => (
              <RunLine key={one.metadata.uid} pipeline={one} withProject />
            ))}
          </div>
        )}
      </Section>
    </>
  )
}

function Projects({ rows }: { rows: readonly ProjectRow[] }) {
  const { t } = useWords()
  const apps = useApps()
  return (
    <div className="cards">
      {rows.map(({ name, title, environments, message }) => {
        const own = placesOf(apps.items).filter(({ project }) => project === name)
        const names = new Set(own.map((one) => one.name))
        const running = new Set(own.filter(({ ready }) => (ready ?? 0) > 0).map((one) => one.name))
        return (
          <Link key={name} href={projectHref(name)} className="tile">
            <Text fw={600} size="sm" className="name">
              {title ?? name}
            </Text>
            <Group gap="xs">
              <Text size="xs" c="dimmed" className="name">
                {[title && name, ...environments].filter(Boolean).join(' · ')}
              </Text>
            </Group>
            <Text size="xs" mt={8}>
              {apps.isComplete ? t('home.summary', { apps: names.size, running: running.size }) : '…'}
            </Text>
            {message && (
              <Text size="xs" mt={4} c="dimmed">
                {message}
              </Text>
            )}
          </Link>
        )
      })}
    </div>
  )
}
