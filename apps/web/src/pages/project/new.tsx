import { TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useLocation } from 'wouter'
import type { DialogProps } from '../../data/action.ts'
import { projectHref } from '../../data/paths.ts'
import { rights } from '../../data/permissions.ts'
import { platform } from '../../data/platform.ts'
import { FormDialog } from '../../parts/form-dialog.tsx'
import { useWords } from '../../parts/language.tsx'
import { NameField } from '../../parts/name-field.tsx'

/** A project by its name; it has the environment `test` from the start. */
export function Dialog({ close }: DialogProps<void>) {
  const { t } = useWords()
  const client = useQueryClient()
  const [, go] = useLocation()
  const [name, setName] = useState('')
  const [title, setTitle] = useState('')
  return (
    <FormDialog
      title="project.new"
      submit="common.create"
      onSubmit={async () => {
        await platform.createProject({ name, ...(title && { title }) })
        rights.askAgain()
        await client.invalidateQueries({ queryKey: ['me'] })
      }}
      close={close}
      onDone={() => {
        close()
        go(projectHref(name))
      }}
    >
      <NameField value={name} onChange={setName} autofocus />
      <TextInput
        label={`${t('project.titleField')} (${t('common.optional')})`}
        value={title}
        onChange={(event) => setTitle(event.currentTarget.value)}
      />
    </FormDialog>
  )
}
