import { Group, Text } from '@mantine/core'
import type { InstanceRow } from '@sampan/resources/sampan/rows'
import { scaleApp } from '../../actions/app.ts'
import { type InstanceTarget, instanceActions } from '../../actions/instance.ts'
import { namespaceOf } from '../../data/app-detail.ts'
import type { AppDetail, AppRef } from '../../data/platform.ts'
import { bytesText, cpuText, type Usage, useUsage } from '../../data/usage.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { ActionMenu } from '../../parts/action-menu.tsx'
import { useWords } from '../../parts/language.tsx'
import { Sparkline } from '../../parts/sparkline.tsx'
import { State } from '../../parts/state.tsx'
import { When } from '../../parts/when.tsx'

/** Every running copy of the app with what it uses. */
export function Instances({ data, project, app }: AppRef & { data: AppDetail }) {
  const { t } = useWords()
  const usage = useUsage({ project, app })
  if (data.instances.length === 0)
    return (
      <Group gap="sm">
        <Text c="dimmed" size="sm">
          {t('app.noInstances')}
        </Text>
        {data.app.spec.parameters.replicas === 0 && (
          <ActionButton action={scaleApp} target={{ project, app, data }} size="compact-sm" />
        )}
      </Group>
    )
  return (
    <div className="cards">
      {data.instances.map((one) => (
        <Instance
          key={one.name}
          instance={one}
          usage={usage.get(one.name)}
          limits={data.app.spec.parameters}
          target={{ namespace: namespaceOf(project, one.environment), pod: one.name }}
        />
      ))}
    </div>
  )
}

interface Props {
  instance: InstanceRow
  usage: Usage | undefined
  limits: { cpu: string; memory: string }
  target: InstanceTarget
}

function Instance({
  instance: { name, environment, phase, ready, restarts, reason, startedAt, release },
  usage,
  limits,
  target,
}: Props) {
  const { t, said } = useWords()
  const state = phase === 'Terminating' ? 'terminating' : ready ? 'ready' : 'notReady'
  return (
    <div className="tile">
      <Group justify="space-between" wrap="nowrap" gap="xs" align="start">
        <Text size="sm" ff="monospace" className="name grow">
          {name}
        </Text>
        <Group gap={4} wrap="nowrap">
          <State value={state} size="sm" />
          <ActionMenu actions={instanceActions} target={target} label={`${t('common.more')}: ${name}`} />
        </Group>
      </Group>
      <Text size="xs" c="dimmed">
        {[environment, release && `v${release}`].filter(Boolean).join(' · ')}
        {restarts > 0 && ` · ${t('app.restarts', { count: restarts })}`}
        {startedAt && (
          <>
            {' · '}
            <When time={startedAt} inline />
          </>
        )}
      </Text>
      {reason && (
        <Text size="xs" mt={6} className="name">
          {said(reason)}
        </Text>
      )}
      <Group gap="md" mt={10} grow wrap="nowrap">
        <Measure label={t('app.cpu')} values={usage?.cpu} text={cpuText} limit={limits.cpu} />
        <Measure label={t('app.memory')} values={usage?.memory} text={bytesText} limit={limits.memory} />
      </Group>
    </div>
  )
}

interface MeasureProps {
  label: string
  values: readonly number[] | undefined
  text: (value: number) => string
  limit: string
}

function Measure({ label, values, text, limit }: MeasureProps) {
  const { t } = useWords()
  const last = values?.at(-1)
  return (
    <div>
      <Group justify="space-between" gap={4} wrap="nowrap">
        <Text size="xs" c="dimmed">
          {label}
        </Text>
        <Text size="xs" title={t('app.limit', { limit })}>
          {last === undefined ? '–' : text(last)}
          <Text span inherit c="dimmed">
            {' / '}
            {limit}
          </Text>
        </Text>
      </Group>
      <Sparkline values={values ?? []} label={`${label} ${last === undefined ? '' : text(last)}`} />
    </div>
  )
}
