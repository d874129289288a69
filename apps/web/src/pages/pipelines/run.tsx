import { Alert, Anchor, Group, Stack, Text } from '@mantine/core'
import type { Pipeline } from '@sampan/resources/sampan/pipeline'
import { useMemo, useSyncExternalStore } from 'react'
import { Link, useSearchParams } from 'wouter'
import { approveRun, cancelRun, declineRun, restartRun } from '../../actions/pipeline.ts'
import { offer } from '../../data/action.ts'
import { useObjects } from '../../data/live.ts'
import { sourceOf } from '../../data/ours.ts'
import { appHref, pipelineHref, projectHref } from '../../data/paths.ts'
import { branchOf } from '../../data/refs.ts'
import { firstLook, stagesOf } from '../../data/run.ts'
import { duration, ticking } from '../../data/when.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { useOffers } from '../../parts/action-provider.tsx'
import { Empty } from '../../parts/empty.tsx'
import { useWords } from '../../parts/language.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { LogView } from '../../parts/log-view.tsx'
import { Page as Frame, Section } from '../../parts/page.tsx'
import { State } from '../../parts/state.tsx'
import { StepGraph } from '../../parts/step-graph.tsx'
import { When } from '../../parts/when.tsx'
import { Way } from './way.tsx'

/** One run: what it does, how far it is, what it says, and what became of it. The step looked at is in the address. */
export function Page({ project, pipeline: name }: { project: string; pipeline: string }) {
  const { t } = useWords()
  const runs = useObjects<Pipeline>({ ...sourceOf('pipelines', project), fields: `metadata.name=${name}` })
  const run = runs.items[0]
  const actions = [cancelRun, restartRun, approveRun, declineRun]
  useOffers(run ? actions.map((action) => offer(action, run, run.spec.app)) : [], `${name} ${run?.status?.state}`)
  return (
    <Frame
      title={run ? `${run.spec.app} #${run.spec.number}` : name}
      trail={[
        { label: t('home.title'), href: '/' },
        { label: project, href: projectHref(project) },
        { label: t('pipeline.title'), href: `${projectHref(project)}/pipelines` },
      ]}
      beside={run && <State value={run.status?.state ?? 'pending'} />}
      actions={run && actions.map((action) => <ActionButton key={action.id} action={action} target={run} />)}
    >
      <Loaded
        query={runs}
        isEmpty={(all) => all.length === 0}
        empty={<Empty title={t('common.notFound')}>{t('common.notFoundHelp')}</Empty>}
      >
        {([one]) => <Run run={one!} project={project} />}
      </Loaded>
    </Frame>
  )
}

const lineOf = ({ step, time, text }: { step: string; time: string; text: string }) => ({ time, from: step, text })

function Run({ run, project }: { run: Pipeline; project: string }) {
  const { t, said } = useWords()
  const [search, setSearch] = useSearchParams()
  const stages = useMemo(() => stagesOf(run), [run])
  const isOver = run.status?.finishedAt !== undefined
  const asked = search.get('step')
  const chosen = asked === null ? (isOver ? firstLook(stages)?.path : undefined) : asked || undefined
  const path = `/api/projects/${encodeURIComponent(project)}/pipelines/${encodeURIComponent(run.metadata.name)}/logs`
  const step = chosen ? `step=${encodeURIComponent(chosen)}` : ''
  return (
    <Stack gap="xl">
      <Facts run={run} project={project} />
      {run.status?.reason && (
        <Alert color={run.status.state === 'failure' || run.status.state === 'error' ? 'red' : 'gray'} variant="light">
          <Text size="sm" className="name">
            {said(run.status.reason)}
          </Text>
        </Alert>
      )}
      {stages.length > 0 && (
        <Section title={t('pipeline.steps')}>
          <Stack gap="sm">
            {stages.map((stage) => (
              <div key={stage.name} className="stage">
                {stages.length > 1 && (
                  <Group gap="xs" mb="xs">
                    <Text size="sm" fw={600}>
                      {stage.name}
                    </Text>
                    <State value={stage.state} size="sm" />
                    {stage.reason && (
                      <Text size="xs" c="dimmed" className="name">
                        {said(stage.reason)}
                      </Text>
                    )}
                  </Group>
                )}
                <StepGraph
                  steps={stage.steps}
                  chosen={chosen}
                  onChoose={(one) => setSearch({ step: one.path === chosen ? '' : one.path }, { replace: true })}
                />
              </div>
            ))}
          </Stack>
        </Section>
      )}
      <Way run={run} project={project} />
      <Section
        title={chosen ? `${t('pipeline.log')} · ${chosen}` : t('pipeline.log')}
        actions={
          chosen && (
            <Anchor component={Link} href={`${pipelineHref(project, run.metadata.name)}?step=`} size="sm">
              {t('pipeline.wholeLog')}
            </Anchor>
          )
        }
      >
        <LogView
          key={`${path} ${step}`}
          path={`${path}?follow=true&${step}`}
          download={`${path}?${step}`}
          label={run.metadata.name}
          lineOf={lineOf}
          withFrom={!chosen && stages.flatMap(({ steps }) => steps).length > 1}
          numbered
        />
      </Section>
    </Stack>
  )
}

function Facts({ run, project }: { run: Pipeline; project: string }) {
  const { t, said } = useWords()
  const { spec, status, metadata } = run
  const now = useSyncExternalStore(status?.finishedAt ? never : ticking.listen, ticking.now)
  const took = duration(status?.startedAt, status?.finishedAt, now)
  return (
    <div>
      <Text size="sm" className="name">
        {spec.commit.message?.split('\n')[0]}
      </Text>
      <Text size="xs" c="dimmed" className="name" mt={2}>
        <Anchor component={Link} href={appHref(project, spec.app)} inherit underline="always">
          {spec.app}
        </Anchor>
        {' · '}
        {[spec.commit.sha.slice(0, 8), branchOf(spec.commit.ref), spec.by ?? spec.commit.author, took]
          .filter(Boolean)
          .join(' · ')}
        {metadata.creationTimestamp && (
          <>
            {' · '}
            <When time={metadata.creationTimestamp} inline />
          </>
        )}
        {(status?.attempts ?? 1) > 1 && ` · ${t('pipeline.attempts', { count: status?.attempts ?? 1 })}`}
        {status?.queuePosition !== undefined && ` · ${t('pipeline.queue', { position: status.queuePosition })}`}
      </Text>
      {status?.message && !status.finishedAt && (
        <Text size="sm" mt={6} role="status">
          {said(status.message)}
        </Text>
      )}
    </div>
  )
}

const never = () => () => undefined
