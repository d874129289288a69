import { Group, Text } from '@mantine/core'
import type { ProjectRow } from '@sampan/resources/sampan/rows'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { newProject } from '../../actions/project.ts'
import { offer } from '../../data/action.ts'
import { newestFirst, placesOf, useApps, usePipelines } from '../../data/ours.ts'
import { projectHref } from '../../data/paths.ts'
import { platform } from '../../data/platform.ts'
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

/** Tiles of apps that run; all of them are on the pages of their projects. */
const mostTiles = 6

/** What failed, what is on its way and what serves, over all projects. */
function Now() {
  const { t } = useWords()
  const apps = useApps()
  const pipelines = usePipelines()
  const places = placesOf(apps.items)
  const bad = places.filter(({ state, reason }) => isBad(state) || (reason && state !== 'verified'))
  const serving = places.filter((one) => !bad.includes(one) && (one.ready ?? 0) > 0)
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
        <Text size="sm" c="dimmed" className="all-well">
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
      {serving.length > 0 && (
        <Section title={t('home.serving')}>
          <div className="cards">
            {serving.slice(0, mostTiles).map((place) => (
              <AppTile key={`${place.project}/${place.name}/${place.environment}`} place={place} withProject />
            ))}
          </div>
          {serving.length > mostTiles && (
            <Text size="sm" c="dimmed" mt="xs">
              {t('home.servingMore', { count: serving.length - mostTiles })}
            </Text>
          )}
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
        const failing = new Set(own.filter(({ state }) => isBad(state)).map((one) => one.name))
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
              {!apps.isComplete
                ? '…'
                : names.size === 0
                  ? t('project.noApps')
                  : [
                      t(names.size === 1 ? 'home.oneApp' : 'home.apps', { count: names.size }),
                      t('home.appsRunning', { count: running.size }),
                      failing.size > 0 && t('home.appsFailing', { count: failing.size }),
                    ]
                      .filter(Boolean)
                      .join(' · ')}
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
