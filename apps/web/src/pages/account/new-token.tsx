import { Button, Group, Modal, NumberInput, Stack, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { DialogProps } from '../../data/action.ts'
import { platform } from '../../data/platform.ts'
import { Copyable } from '../../parts/copyable.tsx'
import { FormDialog } from '../../parts/form-dialog.tsx'
import { useWords } from '../../parts/language.tsx'

/** A token for a program; its text is shown this once. */
export function Dialog({ close }: DialogProps<undefined>) {
  const { t } = useWords()
  const [title, setTitle] = useState('')
  const [days, setDays] = useState<number | string>('')
  const [token, setToken] = useState<string>()
  if (token)
    return (
      <Modal
        opened
        onClose={close}
        title={t('account.newToken')}
        closeButtonProps={{ 'aria-label': t('common.close') }}
      >
        <Stack>
          <Text size="sm">{t('account.shownOnce')}</Text>
          <Copyable value={token} />
          <Group justify="end">
            <Button onClick={close}>{t('common.close')}</Button>
          </Group>
        </Stack>
      </Modal>
    )
  return (
    <FormDialog
      title="account.newToken"
      submit="common.create"
      onSubmit={async () => setToken((await platform.createToken(title, days === '' ? undefined : Number(days))).token)}
      close={close}
      onDone={() => undefined}
    >
      <TextInput
        label={t('account.tokenTitle')}
        value={title}
        onChange={(event) => setTitle(event.currentTarget.value)}
        maxLength={100}
        required
        data-autofocus
      />
      <NumberInput label={t('account.tokenDays')} value={days} onChange={setDays} min={1} max={3650} />
    </FormDialog>
  )
}
