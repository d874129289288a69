import { Group, Kbd, Modal, Stack, Text } from '@mantine/core'
import type { DialogProps } from '../data/action.ts'
import { shortcutText } from '../data/shortcuts.ts'
import { useOffered } from './action-provider.tsx'
import { useWords } from './language.tsx'
import { isMac } from './shell.tsx'

/** Every shortcut that works here, from the actions themselves. */
export function Dialog({ close }: DialogProps<undefined>) {
  const { t } = useWords()
  const offers = useOffered()
  const known = offers.filter(
    ({ action }, i) => action.shortcut && offers.findIndex((one) => one.action.id === action.id) === i,
  )
  return (
    <Modal opened onClose={close} title={t('shell.keys')} closeButtonProps={{ 'aria-label': t('common.close') }}>
      <Stack gap={6}>
        {known.map(({ action, subject }) => (
          <Group key={action.id} justify="space-between" wrap="nowrap">
            <Text size="sm">
              {t(action.label)} {subject && <span className="dimmed">{subject}</span>}
            </Text>
            <Kbd>{shortcutText(action.shortcut!, isMac)}</Kbd>
          </Group>
        ))}
      </Stack>
    </Modal>
  )
}
