import { Text, TextInput } from '@mantine/core'
import { MagnifyingGlassIcon } from '@radix-ui/react-icons'
import { useQuery } from '@tanstack/react-query'
import { Suspense, useMemo } from 'react'
import { addToProject } from '../../actions/project.ts'
import { offer } from '../../data/action.ts'
import { matchOf } from '../../data/matches.ts'
import { newestFirst, placesOf, useApps, usePipelines } from '../../data/ours.ts'
import { platform } from '../../data/platform.ts'
import { useQueryState } from '../../data/query-state.ts'
import { worstFirst } from '../../data/states.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { useOffers } from '../../parts/action-provider.tsx'
import { AppTile } from '../../parts/app-tile.tsx'
import { Empty } from '../../parts/empty.tsx'
import { useWords } from '../../parts/language.tsx'
import { lazily } from '../../parts/lazily.ts'
import { Loaded, Loading } from '../../parts/loaded.tsx'
import { Page as Frame, Section } from '../../parts/page.tsx'
import { RunLine } from '../../parts/run-line.tsx'

const Topology = lazily(() => import('../../parts/topology.tsx'), 'Topology')

/** A project: its apps, how they hang together, what was built last. */
export function Page({ project }: { project: string }) {
  const { t } = useWords()
  const apps = useApps(project)
  const pipelines = usePipelines(project)
  const projects = useQuery({ queryKey: ['platform', 'projects'], queryFn: platform.projects })
  const title = projects.data?.find(({ name }) => name === project)?.title
  const [wanted, find] = useQueryState('q')
  const places = useMemo(() => placesOf(apps.items).toSorted(worstFirst), [apps.items])
  const shown = places.filter(({ name, environment }) => matchOf(`${name} ${environment ?? ''}`, wanted) > 0)
  const runs = pipelines.items.toSorted(newestFirst).slice(0, 5)
  useOffers([offer(addToProject, project, project)], project)
  return (
    <Frame
      title={title ?? project}
      beside={
        title && (
          <Text size="sm" c="dimmed" className="name">
            {project}
          </Text>
        )
      }
      trail={[{ label: t('home.title'), href: '/' }]}
      actions={<ActionButton action={addToProject} target={project} variant="filled" />}
    >
      <Loaded
        query={apps}
        isEmpty={(all) => all.length === 0}
        empty={
          <Empty
            title={t('project.noApps')}
            action={<ActionButton action={addToProject} target={project} variant="filled" />}
          >
            {t('project.noAppsHelp')}
          </Empty>
        }
      >
        {() => (
          <>
            <Section
              title={t('project.apps')}
              actions={
                places.length > 9 && (
                  <TextInput
                    size="xs"
                    w={220}
                    type="search"
                    placeholder={t('project.find', { count: places.length })}
                    aria-label={t('project.find', { count: places.length })}
                    leftSection={<MagnifyingGlassIcon />}
                    value={wanted}
                    onChange={(event) => find(event.currentTarget.value)}
                  />
                )
              }
            >
              {shown.length === 0 && (
                <Text size="sm" c="dimmed">
                  {t('common.noMatch', { text: wanted })}
                </Text>
              )}
              <div className="cards">
                {shown.map((place) => (
                  <AppTile key={`${place.name}/${place.environment}`} place={place} />
                ))}
              </div>
            </Section>
            <Section title={t('project.topology')}>
              <Suspense fallback={<Loading />}>
                <Topology project={project} />
              </Suspense>
            </Section>
            {runs.length > 0 && (
              <Section title={t('project.runs')}>
                <div className="panel">
                  {runs.map((one) => (
                    <RunLine key={one.metadata.uid} pipeline={one} />
                  ))}
                </div>
              </Section>
            )}
          </>
        )}
      </Loaded>
    </Frame>
  )
}
