import { SegmentedControl, Stack, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { DialogProps } from '../../data/action.ts'
import { nameRule } from '../../data/names.ts'
import { platform } from '../../data/platform.ts'
import { FormDialog } from '../../parts/form-dialog.tsx'
import { useWords } from '../../parts/language.tsx'

/** Another place on the way to production. */
export function Dialog({ target: { project }, close }: DialogProps<{ project: string }>) {
  const { t } = useWords()
  const [name, setName] = useState('')
  const [policy, setPolicy] = useState('automatic')
  const isWrong = name !== '' && !nameRule.test(name)
  return (
    <FormDialog
      title="project.environment"
      submit="common.create"
      onSubmit={() => platform.createEnvironment(project, { name, policy })}
      close={close}
      isDisabled={isWrong || name === ''}
    >
      <TextInput
        label={t('common.name')}
        description={t('common.nameRule')}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        error={isWrong && t('common.nameRule')}
        maxLength={30}
        required
        data-autofocus
      />
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
