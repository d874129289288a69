import { Stack, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'

/** What is shown where there is nothing yet: why, and the one thing to do about it. */
export function Empty({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <Stack className="empty" align="center" gap="xs">
      <Title order={2} size="h3">
        {title}
      </Title>
      {children && (
        <Text c="dimmed" size="sm" ta="center" maw={460}>
          {children}
        </Text>
      )}
      {action && <div className="empty-action">{action}</div>}
    </Stack>
  )
}
