import { SegmentedControl, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import type { DialogProps } from '../../data/action.ts'
import { platform } from '../../data/platform.ts'
import { FormDialog } from '../../parts/form-dialog.tsx'
import { useWords } from '../../parts/language.tsx'
import { NameField } from '../../parts/name-field.tsx'

/** Another place on the way to production. */
export function Dialog({ target: { project }, close }: DialogProps<{ project: string }>) {
  const { t } = useWords()
  const [name, setName] = useState('')
  const [policy, setPolicy] = useState('automatic')
  return (
    <FormDialog
      title="project.environment"
      submit="common.create"
      onSubmit={() => platform.createEnvironment(project, { name, policy })}
      close={close}
    >
      <NameField value={name} onChange={setName} autofocus />
      <Stack gap={4}>
        <Text size="sm" fw={500}>
          {t('project.policy')}
        </Text>
        <SegmentedControl
          value={policy}
          onChange={setPolicy}
          aria-label={t('project.policy')}
          data={[
            { value: 'automatic', label: t('project.policyAutomatic') },
            { value: 'approval', label: t('project.policyApproval') },
          ]}
        />
      </Stack>
    </FormDialog>
  )
}
