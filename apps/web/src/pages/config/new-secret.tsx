import { Checkbox, PasswordInput, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { DialogProps } from '../../data/action.ts'
import { buildSecrets } from '../../data/build-secrets.ts'
import { FormDialog } from '../../parts/form-dialog.tsx'
import { useWords } from '../../parts/language.tsx'

/** A secret by name and value; the value is not shown again. */
export function Dialog({ target: { project }, close }: DialogProps<{ project: string }>) {
  const { t } = useWords()
  const [name, setName] = useState('')
  const [value, setValue] = useState('')
  const [pullRequests, setPullRequests] = useState(false)
  return (
    <FormDialog
      title="config.newSecret"
      submit="common.save"
      onSubmit={() => buildSecrets.set(project, { name, value, pullRequests })}
      close={close}
    >
      <TextInput
        label={t('common.name')}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        required
        data-autofocus
      />
      <PasswordInput
        label={t('common.value')}
        value={value}
        onChange={(event) => setValue(event.currentTarget.value)}
        autoComplete="off"
        visibilityToggleButtonProps={{ 'aria-label': t('signIn.show') }}
        required
      />
      <Checkbox
        label={t('config.pullRequests')}
        checked={pullRequests}
        onChange={(event) => setPullRequests(event.currentTarget.checked)}
      />
    </FormDialog>
  )
}
