import { ActionIcon, Code, CopyButton, Group, Tooltip } from '@mantine/core'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import { useWords } from './language.tsx'

/** Lines to take along: shown as code, copied by one click. */
export function Copyable({ value }: { value: string }) {
  const { t } = useWords()
  return (
    <Group gap="xs" wrap="nowrap" align="start">
      <Code block style={{ flex: 1, overflowX: 'auto' }}>
        {value}
      </Code>
      <CopyButton value={value}>
        {({ copied, copy }) => (
          <Tooltip label={t(copied ? 'common.copied' : 'common.copy')}>
            <ActionIcon variant="light" size="lg" aria-label={t('common.copy')} onClick={copy}>
              {copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </Group>
  )
}
