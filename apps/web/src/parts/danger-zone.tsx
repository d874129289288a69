import { Group, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { useWords } from './language.tsx'
import { Section } from './page.tsx'

/** What cannot be taken back: what it does, and the button that does it. Last on a page. */
export function DangerZone({ help, children }: { help: string; children: ReactNode }) {
  const { t } = useWords()
  return (
    <Section title={t('project.danger')}>
      <div className="panel danger">
        <div className="line">
          <Group justify="space-between" className="grow">
            <Text size="sm" className="grow">
              {help}
            </Text>
            {children}
          </Group>
        </div>
      </div>
    </Section>
  )
}
