import { Textarea } from '@mantine/core'
import type { KubeObject } from '@sampan/resources/meta'
import { useState } from 'react'
import type { ConfigPlace } from '../../actions/config.ts'
import type { DialogProps } from '../../data/action.ts'
import { api } from '../../data/api.ts'
import { apiPath, apiVersionOf, objectPath } from '../../data/discovery.ts'
import { objectNameRule } from '../../data/names.ts'
import { isSecret } from '../../data/object.ts'
import { encoded, entryRule } from '../../data/secret-data.ts'
import { useActions } from '../../parts/action-provider.tsx'
import { FormDialog } from '../../parts/form-dialog.tsx'
import { useWords } from '../../parts/language.tsx'
import { NameField } from '../../parts/name-field.tsx'

/** A ConfigMap or Secret with its first entry; more are added on its page. */
export function Dialog({ target: { kind, namespace }, close }: DialogProps<ConfigPlace>) {
  const { t } = useWords()
  const { context } = useActions()
  const secret = isSecret(kind)
  const [name, setName] = useState('')
  const [entry, setEntry] = useState('')
  const [value, setValue] = useState('')
  return (
    <FormDialog
      title={secret ? 'config.newSecret' : 'config.newMap'}
      submit="common.create"
      onSubmit={() =>
        api<KubeObject>(`/kube${apiPath(kind, { namespace })}?fieldManager=sampan-console`, {
          method: 'POST',
          body: {
            apiVersion: apiVersionOf(kind),
            kind: kind.kind,
            metadata: { name, namespace },
            ...(entry && { data: { [entry]: secret ? encoded(value) : value } }),
          },
        })
      }
      close={close}
      onDone={() => {
        close()
        context.go(objectPath(kind, { name, namespace }))
      }}
    >
      <NameField
        value={name}
        onChange={setName}
        rule={objectNameRule}
        says="config.nameRule"
        maxLength={253}
        autofocus
      />
      <NameField
        label="config.entryName"
        value={entry}
        onChange={setEntry}
        rule={entryRule}
        says="config.entryRule"
        maxLength={253}
        isOptional={value === ''}
      />
      <Textarea
        label={t('common.value')}
        value={value}
        onChange={(event) => setValue(event.currentTarget.value)}
        autosize
        minRows={2}
        maxRows={12}
        spellCheck={false}
        autoComplete="off"
        classNames={{ input: 'mono' }}
      />
    </FormDialog>
  )
}
