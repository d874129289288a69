import { Badge, Button, Group, Modal, Stack, Table, Text, Title } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type AppDetail, type AppRef, platform, type ReleaseRow } from '../../data/platform.ts'
import { useWords } from '../../parts/language.tsx'
import { Failure } from '../../parts/loaded.tsx'
import { State } from '../../parts/state.tsx'
import { When } from '../../parts/when.tsx'

/** The spine of an app: what was made, by whom, which serves, and the way back. */
export function Releases({ data, project, app }: { data: AppDetail } & AppRef) {
  const { t } = useWords()
  const [asked, setAsked] = useState<ReleaseRow>()
  return (
    <Stack gap="sm">
      <Title order={2} size="h4">
        {t('app.releases')}
      </Title>
      {data.releases.length === 0 ? (
        <Text c="dimmed">{t('app.noReleases')}</Text>
      ) : (
        <Table.ScrollContainer minWidth={560}>
          <Table verticalSpacing="sm">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('column.release')}</Table.Th>
                <Table.Th>{t('column.state')}</Table.Th>
                <Table.Th>{t('column.what')}</Table.Th>
                <Table.Th>{t('column.made')}</Table.Th>
                <Table.Th aria-label={t('app.rollback')} />
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {data.releases.map((one) => (
                <Row key={one.number} release={one} onRollback={() => setAsked(one)} />
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      {asked && <AskRollback project={project} app={app} release={asked} onClose={() => setAsked(undefined)} />}
    </Stack>
  )
}

function Row({ release, onRollback }: { release: ReleaseRow; onRollback: () => void }) {
  const { t } = useWords()
  const isServing = release.serving.length > 0
  return (
    <Table.Tr>
      <Table.Td>
        <Group gap="xs" wrap="nowrap">
          <Text fw={600}>v{release.number}</Text>
          {isServing && (
            <Badge size="sm" tt="none">
              {t('app.serving')}
            </Badge>
          )}
        </Group>
      </Table.Td>
      <Table.Td>
        <State value={release.rollouts[0]?.state ?? 'none'} />
      </Table.Td>
      <Table.Td>
        <Text size="sm" lineClamp={2}>
          {release.reason ?? release.commit?.message ?? release.image}
        </Text>
        <Text size="xs" c="dimmed">
          {[release.commit?.sha.slice(0, 8), release.by].filter(Boolean).join(' · ')}
        </Text>
      </Table.Td>
      <Table.Td>
        <When time={release.createdAt} />
      </Table.Td>
      <Table.Td>
        {!isServing && (
          <Button size="compact-sm" variant="subtle" onClick={onRollback}>
            {t('app.rollback')}
          </Button>
        )}
      </Table.Td>
    </Table.Tr>
  )
}

function AskRollback({ project, app, release, onClose }: AppRef & { release: ReleaseRow; onClose: () => void }) {
  const { t } = useWords()
  const client = useQueryClient()
  const rollback = useMutation({
    mutationFn: () => platform.rollback({ project, app }, release.number),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['platform'] })
      onClose()
    },
  })
  return (
    <Modal opened onClose={onClose} title={t('app.rollback')} closeButtonProps={{ 'aria-label': t('common.close') }}>
      <Stack>
        <Text>{t('app.rollbackAsk', { number: release.number, app })}</Text>
        {rollback.isError && <Failure error={rollback.error} />}
        <Group justify="end">
          <Button variant="default" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button loading={rollback.isPending} onClick={() => rollback.mutate()}>
            {t('app.rollback')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
