import { Anchor, Group, Text } from '@mantine/core'
import { ExternalLinkIcon } from '@radix-ui/react-icons'
import type { Pipeline } from '@sampan/resources/sampan/pipeline'
import { type Rollout, rolloutStages } from '@sampan/resources/sampan/rollout'
import { Link } from 'wouter'
import { approveRollout } from '../../actions/app.ts'
import { useRollouts } from '../../data/ours.ts'
import { appHref } from '../../data/paths.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { useWords } from '../../parts/language.tsx'
import { Section } from '../../parts/page.tsx'
import { State } from '../../parts/state.tsx'

/** What became of a run: its release on the way into each environment, and in the end the address. */
export function Way({ run, project }: { run: Pipeline; project: string }) {
  const { t } = useWords()
  const rollouts = useRollouts(project)
  const { app } = run.spec
  const number = run.status?.release
  if (number === undefined) return null
  const own = rollouts.items.filter(({ spec }) => spec.release === `${app}-${number}`)
  return (
    <Section
      title={t('pipeline.release', { number })}
      actions={
        <Anchor component={Link} href={`${appHref(project, app, 'releases')}?show=${number}`} size="sm">
          {t('release.diff')}
        </Anchor>
      }
    >
      <div className="panel">
        {own.map((one) => (
          <Rolling key={one.metadata.uid} rollout={one} project={project} />
        ))}
      </div>
    </Section>
  )
}

/** The stages a release passes on its way, those behind it filled. */
function Rolling({ rollout, project }: { rollout: Rollout; project: string }) {
  const { t, said } = useWords()
  const { metadata, spec, status } = rollout
  const state = status?.state ?? 'planned'
  const passed = new Set(status?.stages?.map(({ name }) => name))
  return (
    <div className="line">
      <div className="grow">
        <Group gap="xs">
          <Text size="sm" fw={600}>
            {t('pipeline.rollout', { environment: spec.environment })}
          </Text>
          <State value={state} size="sm" />
          {state === 'planned' && (
            <ActionButton action={approveRollout} target={{ project, name: metadata.name }} size="compact-sm" />
          )}
        </Group>
        <div className="way" role="img" aria-label={t(`state.${state}`)}>
          {rolloutStages
            .filter((stage) => stage !== 'approved' || passed.has('approved'))
            .map((stage) => (
              <span
                key={stage}
                className="way-stage"
                data-passed={passed.has(stage) || state === 'verified' || undefined}
              >
                {t(`state.${stage}`)}
              </span>
            ))}
        </div>
        {(status?.reason ?? status?.message) && (
          <Text size="xs" c="dimmed" mt={4} className="name">
            {said(status?.reason ?? status?.message ?? '')}
          </Text>
        )}
        {status?.url && state === 'verified' && (
          <Anchor
            href={status.url}
            target="_blank"
            rel="noreferrer"
            size="sm"
            mt={4}
            display="inline-block"
            className="name"
          >
            {status.url} <ExternalLinkIcon width={13} height={13} aria-label={t('app.open')} />
          </Anchor>
        )}
      </div>
    </div>
  )
}
