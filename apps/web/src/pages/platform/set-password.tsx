import { PasswordInput, Text } from '@mantine/core'
import { useState } from 'react'
import type { UserTarget } from '../../actions/user.ts'
import type { DialogProps } from '../../data/action.ts'
import { platform } from '../../data/platform.ts'
import { FormDialog } from '../../parts/form-dialog.tsx'
import { useWords } from '../../parts/language.tsx'

export function Dialog({ target: { user }, close }: DialogProps<UserTarget>) {
  const { t } = useWords()
  const [password, setPassword] = useState('')
  return (
    <FormDialog
      title="platform.setPassword"
      submit="common.save"
      onSubmit={() => platform.setPassword(user.name, password)}
      close={close}
    >
      <Text size="sm">{user.name}</Text>
      <PasswordInput
        label={t('account.newPassword')}
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
        autoComplete="new-password"
        visibilityToggleButtonProps={{ 'aria-label': t('signIn.show') }}
        required
        data-autofocus
      />
    </FormDialog>
  )
}
