import { Textarea, TextInput } from '@mantine/core'
import type { KubeObject } from '@sampan/resources/meta'
import { useState } from 'react'
import type { ConfigPlace } from '../../actions/config.ts'
import type { DialogProps } from '../../data/action.ts'
import { api } from '../../data/api.ts'
import { apiPath, apiVersionOf, objectPath } from '../../data/discovery.ts'
import { isSecret } from '../../data/object.ts'
import { encoded, entryRule } from '../../data/secret-data.ts'
import { useActions } from '../../parts/action-provider.tsx'
import { FormDialog } from '../../parts/form-dialog.tsx'
import { useWords } from '../../parts/language.tsx'

/** A ConfigMap or Secret with its first entry; more are added on its page. */
export function Dialog({ target: { kind, namespace }, close }: DialogProps<ConfigPlace>) {
  const { t } = useWords()
  const { context } = useActions()
  const secret = isSecret(kind)
  const [name, setName] = useState('')
  const [entry, setEntry] = useState('')
  const [value, setValue] = useState('')
  const isWrong = entry !== '' && !entryRule.test(entry)
  return (
    <FormDialog
      title={secret ? 'config.newSecret' : 'config.newMap'}
      submit="common.create"
      isDisabled={isWrong}
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
      <TextInput
        label={t('common.name')}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        required
        maxLength={253}
        data-autofocus
      />
      <TextInput
        label={t('config.entryName')}
        description={t('config.entryRule')}
        value={entry}
        onChange={(event) => setEntry(event.currentTarget.value)}
        error={isWrong && t('config.entryRule')}
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
