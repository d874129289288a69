import { Group, Text } from '@mantine/core'
import type { Action } from '../data/action.ts'
import { useMay } from '../data/permissions.ts'
import { ActionButton } from './action-button.tsx'
import { useWords } from './language.tsx'
import { Section } from './page.tsx'

interface Props<T> {
  help: string
  action: Action<T>
  target: T
}

/** What cannot be taken back: what it does, and the button that does it or why there is none. Last on a page. */
export function DangerZone<T>({ help, action, target }: Props<T>) {
  const { t } = useWords()
  const may = useMay(action.right?.(target))
  return (
    <Section title={t('project.danger')}>
      <div className="panel danger">
        <div className="line">
          <Group justify="space-between" className="grow">
            <div className="grow">
              <Text size="sm">{help}</Text>
              {may === false && (
                <Text size="xs" c="dimmed">
                  {t('common.notAllowed')}
                </Text>
              )}
            </div>
            <ActionButton action={action} target={target} variant="outline" />
          </Group>
        </div>
      </div>
    </Section>
  )
}
