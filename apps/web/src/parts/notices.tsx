import { Notification, Text } from '@mantine/core'
import { CheckIcon, Cross2Icon } from '@radix-ui/react-icons'
import { useEffect } from 'react'
import { Refused } from '../data/api.ts'
import { useWords } from './language.tsx'

export interface Notice {
  id: number
  text: string
  error?: Error
}

const shownMs = 5_000

/** What went well goes by itself; what failed stays until it is closed. */
export function Notices({ notices, onClose }: { notices: readonly Notice[]; onClose: (id: number) => void }) {
  return (
    <div className="notices" role="status" aria-live="polite">
      {notices.map((notice) => (
        <Shown key={notice.id} notice={notice} onClose={() => onClose(notice.id)} />
      ))}
    </div>
  )
}

function Shown({ notice: { text, error }, onClose }: { notice: Notice; onClose: () => void }) {
  const { t } = useWords()
  // biome-ignore lint/correctness/useExhaustiveDependencies: counted from when it is first shown
  useEffect(() => {
    if (error) return
    const timer = setTimeout(onClose, shownMs)
    return () => clearTimeout(timer)
  }, [error])
  return (
    <Notification
      withBorder
      color={error ? 'red' : 'teal'}
      icon={error ? <Cross2Icon /> : <CheckIcon />}
      title={error ? t('common.failed') : undefined}
      onClose={onClose}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <Text size="sm" className="name">
        {text}
      </Text>
      {error instanceof Refused && error.request && (
        <Text size="xs" c="dimmed" ff="monospace">
          {t('common.request', { id: error.request })}
        </Text>
      )}
    </Notification>
  )
}
