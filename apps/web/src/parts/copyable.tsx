import { ActionIcon, Code, CopyButton, Group, Tooltip } from '@mantine/core'
import { CheckIcon, CopyIcon } from '@radix-ui/react-icons'
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
              {copied ? <CheckIcon width={16} height={16} /> : <CopyIcon width={16} height={16} />}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </Group>
  )
}
