import { Button, Group, Modal, Stack } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { MessageKey } from '../data/messages.ts'
import { useWords } from './language.tsx'
import { Failure } from './loaded.tsx'
import { refuseWrong } from './name-field.tsx'

interface Props {
  title: MessageKey
  submit: MessageKey
  /** Resolves when it is done; a refusal is shown and the dialog stays as it is. */
  onSubmit: () => Promise<unknown>
  close: () => void
  /** After `onSubmit`; default: closes. */
  onDone?: () => void
  /** There is nothing yet that could be sent; the Enter key sends it no more than the button. */
  isDisabled?: boolean
  children: ReactNode
}

/** A few fields and one effect, in a dialog. A field that says it is wrong gets the focus instead of anything being sent. */
export function FormDialog({ title, submit, onSubmit, close, onDone = close, isDisabled, children }: Props) {
  const { t } = useWords()
  const client = useQueryClient()
  const done = useMutation({
    mutationFn: onSubmit,
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['platform'] })
      onDone()
    },
  })
  return (
    <Modal opened onClose={close} title={t(title)} closeButtonProps={{ 'aria-label': t('common.close') }}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (!isDisabled && !refuseWrong(event.currentTarget)) done.mutate()
        }}
      >
        <Stack>
          {children}
          {done.isError && <Failure error={done.error} />}
          <Group justify="end">
            <Button variant="default" onClick={close}>
              {t('common.cancel')}
            </Button>
            <Button type="submit" loading={done.isPending} disabled={isDisabled}>
              {t(submit)}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
