import { Button, Card, Group, NumberInput, Stack, Text, Title } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type AppDetail, type AppRef, platform } from '../../data/platform.ts'
import { useWords } from '../../parts/language.tsx'
import { Failure } from '../../parts/loaded.tsx'
import { State } from '../../parts/state.tsx'
import { When } from '../../parts/when.tsx'

/** Every running copy of the app, and how many there should be. */
export function Instances({ data, project, app }: { data: AppDetail } & AppRef) {
  const { t } = useWords()
  const client = useQueryClient()
  const [count, setCount] = useState<number | string>()
  const wanted = data.environments[0]?.replicas ?? 1
  const scale = useMutation({
    mutationFn: (replicas: number) => platform.scale({ project, app }, replicas),
    onSuccess: () => client.invalidateQueries({ queryKey: ['platform'] }),
  })
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <Title order={2} size="h4">
          {t('app.instances')}
        </Title>
        <Group gap="xs">
          <NumberInput
            aria-label={t('app.scale')}
            w={90}
            min={0}
            max={100}
            value={count ?? wanted}
            onChange={setCount}
          />
          <Button
            variant="default"
            loading={scale.isPending}
            disabled={count === undefined || Number(count) === wanted}
            onClick={() => scale.mutate(Number(count))}
          >
            {t('app.scale')}
          </Button>
        </Group>
      </Group>
      {scale.isError && <Failure error={scale.error} />}
      {data.instances.length === 0 && <Text c="dimmed">{t('app.noInstances')}</Text>}
      <div className="cards">
        {data.instances.map((one) => (
          <Card key={one.name} withBorder padding="sm" radius="md">
            <Group justify="space-between" wrap="nowrap">
              <Text size="sm" ff="monospace" className="name">
                {one.name}
              </Text>
              <State value={one.ready ? 'ready' : 'notReady'} />
            </Group>
            <Group gap="md" mt={4}>
              <Text size="xs" c="dimmed">
                {t('app.restarts')} {one.restarts}
              </Text>
              {one.startedAt && <When time={one.startedAt} />}
            </Group>
            {one.reason && (
              <Text size="sm" mt={4}>
                {one.reason}
              </Text>
            )}
          </Card>
        ))}
      </div>
    </Stack>
  )
}
