import { Group, Loader, Stack, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useEffect } from 'react'
import { Redirect } from 'wouter'
import { newestFirst, usePipelines } from '../../data/ours.ts'
import { pipelineHref } from '../../data/paths.ts'
import { platform, remoteWithCredentials } from '../../data/platform.ts'
import { Copyable } from '../../parts/copyable.tsx'
import { useWords } from '../../parts/language.tsx'
import { Failure, Loading } from '../../parts/loaded.tsx'

const opened = new Date().toISOString()

/** The commands that push to an app; as soon as something arrives, its run is shown. */
export function PushCommands({ project, app }: { project: string; app: string }) {
  const { t } = useWords()
  // Asking for the remote makes a token, so it is asked once and not as a query.
  const remote = useMutation({ mutationFn: () => platform.create(project, { name: app, parameters: {} }) })
  const { mutate } = remote
  useEffect(() => mutate(), [mutate])
  const runs = usePipelines(project)
  const arrived = runs.items
    .filter(({ spec, metadata }) => spec.app === app && (metadata.creationTimestamp ?? '') > opened)
    .toSorted(newestFirst)[0]
  if (arrived) return <Redirect to={pipelineHref(project, arrived.metadata.name)} replace />
  if (remote.isError) return <Failure error={remote.error} retry={() => mutate()} />
  if (!remote.data) return <Loading />
  const branch = remote.data.app.spec.source.branch
  return (
    <Stack>
      <Text size="sm">{t('add.pushCommands')}</Text>
      <Copyable
        value={`git remote add sampan ${remoteWithCredentials(remote.data.remote)}\ngit push sampan HEAD:${branch}`}
      />
      <Text size="sm">{t('add.pushNew')}</Text>
      <Copyable value={`git init -b ${branch}\ngit add .\ngit commit -m "First light"`} />
      <Text size="xs" c="dimmed">
        {t('add.pushToken')}
      </Text>
      <Group gap="xs" role="status">
        <Loader size="xs" />
        <Text size="sm" c="dimmed">
          {t('add.pushWaits')}
        </Text>
      </Group>
    </Stack>
  )
}
