import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { MessageKey } from '../../data/messages.ts'
import { DiffView } from '../../parts/diff-view.tsx'
import { useWords } from '../../parts/language.tsx'
import { Failure, type Loadable, Loaded } from '../../parts/loaded.tsx'

/** What would change, environment by environment, as a unified diff of the YAML. */
interface Changes {
  environments: readonly { name: string; diff: string }[]
}

interface Props<T extends Changes> {
  title: MessageKey
  confirm: MessageKey
  changes: Loadable<T>
  /** Between what is asked and the differences. */
  note?: (changes: T) => ReactNode
  /** Shown when no environment is concerned. */
  none?: string
  /** Above the differences: what is asked. */
  children: ReactNode
  /** Resolves when it is done; a refusal is shown and the dialog stays as it is. */
  onConfirm: () => Promise<unknown>
  close: () => void
}

/** The differences of something that is about to be released, and then releasing it. */
export function DiffDialog<T extends Changes>(props: Props<T>) {
  const { title, confirm, changes, note, none, children, onConfirm, close } = props
  const { t } = useWords()
  const client = useQueryClient()
  const done = useMutation({
    mutationFn: onConfirm,
    onSuccess: async () => {
      close()
      await client.invalidateQueries({ queryKey: ['platform'] })
    },
  })
  return (
    <Modal opened onClose={close} size="xl" title={t(title)} closeButtonProps={{ 'aria-label': t('common.close') }}>
      <Stack>
        {children}
        <Loaded query={changes}>
          {(found) => (
            <>
              {note?.(found)}
              {found.environments.length === 0 && none && (
                <Text size="sm" c="dimmed">
                  {none}
                </Text>
              )}
              {found.environments.map(({ name, diff }) => (
                <div key={name}>
                  <Text size="xs" fw={600} mb={4}>
                    {name}
                  </Text>
                  <DiffView diff={diff} label={name} />
                </div>
              ))}
            </>
          )}
        </Loaded>
        {done.isError && <Failure error={done.error} />}
        <Group justify="end">
          <Button variant="default" onClick={close}>
            {t('common.cancel')}
          </Button>
          <Button
            loading={done.isPending}
            disabled={changes.data === undefined}
            onClick={() => done.mutate()}
            data-autofocus
          >
            {t(confirm)}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
