import { Group, Select, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import type { AppDetail } from '../../data/platform.ts'
import { useWords } from '../../parts/language.tsx'
import { LogView } from '../../parts/log-view.tsx'
import { State } from '../../parts/state.tsx'

/** The log of the newest pipeline, live while it runs; older ones by choice. */
export function BuildLog({ data, project }: { data: AppDetail; project: string }) {
  const { t } = useWords()
  const [chosen, setChosen] = useState<string | null>(null)
  const pipeline = data.pipelines.find(({ metadata }) => metadata.name === chosen) ?? data.pipelines[0]
  if (!pipeline) return <Text c="dimmed">{t('app.noPipelines')}</Text>
  const { name } = pipeline.metadata
  return (
    <Stack gap="sm">
      <Group>
        <Select
          aria-label={t('app.buildLog')}
          w={280}
          data={data.pipelines.map(({ metadata, spec }) => ({
            value: metadata.name,
            label: `#${spec.number} · ${spec.commit.sha.slice(0, 8)}`,
          }))}
          value={name}
          onChange={setChosen}
          allowDeselect={false}
        />
        <State value={pipeline.status?.state ?? 'pending'} />
      </Group>
      {pipeline.status?.reason && <Text size="sm">{pipeline.status.reason}</Text>}
      <LogView
        key={name}
        path={`/api/projects/${project}/pipelines/${name}/logs?follow=true`}
        label={t('app.buildLog')}
      />
    </Stack>
  )
}
