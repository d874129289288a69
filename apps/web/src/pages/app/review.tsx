import { Table, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { appHref } from '../../data/paths.ts'
import { type AppRef, platform } from '../../data/platform.ts'
import type { Change, Staged } from '../../data/staged.ts'
import { useActions } from '../../parts/action-provider.tsx'
import { useWords } from '../../parts/language.tsx'
import { DiffDialog } from './diff-dialog.tsx'

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
  const { context } = useActions()
  const preview = useQuery({
    queryKey: ['platform', 'preview', project, app, staged],
    queryFn: () => platform.preview({ project, app }, staged.patch),
  })
  return (
    <DiffDialog
      title="staged.title"
      confirm="staged.release"
      changes={preview}
      none={t('staged.noRelease')}
      onConfirm={async () => {
        const made = await platform.change({ project, app }, staged.patch, staged.generation)
        onReleased()
        context.say({ key: made.release ? 'staged.released' : 'common.saved' })
        context.go(appHref(project, app))
      }}
      close={onClose}
    >
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
    </DiffDialog>
  )
}
