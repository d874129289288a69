import { Checkbox, PasswordInput, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { DialogProps } from '../../data/action.ts'
import { platform } from '../../data/platform.ts'
import { FormDialog } from '../../parts/form-dialog.tsx'
import { useWords } from '../../parts/language.tsx'
import { NameField } from '../../parts/name-field.tsx'

export function Dialog({ close }: DialogProps<undefined>) {
  const { t } = useWords()
  const [name, setName] = useState('')
  const [title, setTitle] = useState('')
  const [password, setPassword] = useState('')
  const [isAdmin, setAdmin] = useState(false)
  return (
    <FormDialog
      title="platform.newUser"
      submit="common.create"
      onSubmit={() =>
        platform.createUser({
          name,
          password,
          ...(title && { title }),
          ...(isAdmin && { groups: ['sampan:admins'] }),
        })
      }
      close={close}
    >
      <NameField value={name} onChange={setName} autofocus />
      <TextInput
        label={t('project.titleField')}
        value={title}
        onChange={(event) => setTitle(event.currentTarget.value)}
      />
      <PasswordInput
        label={t('signIn.password')}
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
        autoComplete="new-password"
        visibilityToggleButtonProps={{ 'aria-label': t('signIn.show') }}
        required
      />
      <Checkbox
        label={t('platform.adminHelp')}
        checked={isAdmin}
        onChange={(event) => setAdmin(event.currentTarget.checked)}
      />
    </FormDialog>
  )
}
