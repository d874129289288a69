import { NumberInput } from '@mantine/core'
import { useState } from 'react'
import type { AppTarget } from '../../actions/app.ts'
import type { DialogProps } from '../../data/action.ts'
import { platform } from '../../data/platform.ts'
import { useActions } from '../../parts/action-provider.tsx'
import { FormDialog } from '../../parts/form-dialog.tsx'
import { useWords } from '../../parts/language.tsx'

/** How many instances there should be. */
export function Dialog({ target: { project, app, data }, close }: DialogProps<AppTarget>) {
  const { t } = useWords()
  const { context } = useActions()
  const wanted = data.app.spec.parameters.replicas
  const [count, setCount] = useState<number | string>(wanted)
  return (
    <FormDialog
      title="app.scale"
      submit="app.scale"
      isDisabled={count === '' || Number(count) === wanted}
      onSubmit={() => platform.change({ project, app }, { replicas: Number(count) })}
      close={close}
      onDone={() => {
        context.say({ key: 'app.scaled', values: { count: Number(count) } })
        close()
      }}
    >
      <NumberInput
        label={t('field.replicas')}
        description={t('app.scaleHelp')}
        min={0}
        max={1000}
        allowDecimal={false}
        value={count}
        onChange={setCount}
        data-autofocus
      />
    </FormDialog>
  )
}
