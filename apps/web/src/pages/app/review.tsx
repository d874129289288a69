import { Button, Group, Modal, Stack, Table, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useLocation } from 'wouter'
import { appHref } from '../../data/paths.ts'
import { type AppRef, platform } from '../../data/platform.ts'
import type { Change, Staged } from '../../data/staged.ts'
import { useActions } from '../../parts/action-provider.tsx'
import { DiffView } from '../../parts/diff-view.tsx'
import { useWords } from '../../parts/language.tsx'
import { Failure, Loaded } from '../../parts/loaded.tsx'

interface Props extends AppRef {
  staged: Staged
  changes: readonly Change[]
  onClose: () => void
  onReleased: () => void
}

const shown = (value: unknown) =>
  value === undefined ? '–' : typeof value === 'string' ? value : JSON.stringify(value)

/** What staged changes come to: value by value, and the difference of the YAML they would be released as. */
export function Review({ project, app, staged, changes, onClose, onReleased }: Props) {
  const { t } = useWords()
  const client = useQueryClient()
  const [, go] = useLocation()
  const { context } = useActions()
  const preview = useQuery({
    queryKey: ['platform', 'preview', project, app, staged],
    queryFn: () => platform.preview({ project, app }, staged.patch),
  })
  const release = useMutation({
    mutationFn: () => platform.change({ project, app }, staged.patch, staged.generation),
    onSuccess: async (made) => {
      onReleased()
      onClose()
      await client.invalidateQueries({ queryKey: ['platform'] })
      context.say({ key: made.release ? 'staged.released' : 'common.saved' })
      go(appHref(project, app))
    },
  })
  return (
    <Modal
      opened
      onClose={onClose}
      size="xl"
      title={t('staged.title')}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <Stack>
        <Table verticalSpacing={6} layout="fixed">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('column.what')}</Table.Th>
              <Table.Th>{t('staged.before')}</Table.Th>
              <Table.Th>{t('staged.after')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {changes.map(({ path, before, after }) => (
              <Table.Tr key={path}>
                <Table.Td className="name">
                  <Text size="sm" ff="monospace">
                    {path}
                  </Text>
                </Table.Td>
                <Table.Td className="name">{shown(before)}</Table.Td>
                <Table.Td className="name">{shown(after)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
        <Loaded query={preview}>
          {({ environments }) =>
            environments.length === 0 ? (
              <Text size="sm" c="dimmed">
                {t('staged.noRelease')}
              </Text>
            ) : (
              environments.map(({ name, diff }) => (
                <div key={name}>
                  <Text size="xs" fw={600} mb={4}>
                    {name}
                  </Text>
                  <DiffView diff={diff} label={name} />
                </div>
              ))
            )
          }
        </Loaded>
        {release.isError && <Failure error={release.error} />}
        <Group justify="end">
          <Button variant="default" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button
            loading={release.isPending}
            disabled={preview.isError}
            onClick={() => release.mutate()}
            data-autofocus
          >
            {t('staged.release')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
