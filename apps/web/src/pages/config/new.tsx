import { Button, Group, Modal, Stack, Textarea, TextInput } from '@mantine/core'
import type { KubeObject } from '@sampan/resources/meta'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { ConfigPlace } from '../../actions/config.ts'
import type { DialogProps } from '../../data/action.ts'
import { api } from '../../data/api.ts'
import { apiPath, apiVersionOf, objectPath } from '../../data/discovery.ts'
import { isSecret } from '../../data/object.ts'
import { encoded, entryRule } from '../../data/secret-data.ts'
import { useActions } from '../../parts/action-provider.tsx'
import { useWords } from '../../parts/language.tsx'
import { Failure } from '../../parts/loaded.tsx'

/** A ConfigMap or Secret with its first entry; more are added on its page. */
export function Dialog({ target: { kind, namespace }, close }: DialogProps<ConfigPlace>) {
  const { t } = useWords()
  const { context } = useActions()
  const secret = isSecret(kind)
  const [name, setName] = useState('')
  const [entry, setEntry] = useState('')
  const [value, setValue] = useState('')
  const isWrong = entry !== '' && !entryRule.test(entry)
  const create = useMutation({
    mutationFn: () =>
      api<KubeObject>(`/kube${apiPath(kind, { namespace })}?fieldManager=sampan-console`, {
        method: 'POST',
        body: {
          apiVersion: apiVersionOf(kind),
          kind: kind.kind,
          metadata: { name, namespace },
          ...(entry && { data: { [entry]: secret ? encoded(value) : value } }),
        },
      }),
    onSuccess: () => {
      close()
      context.go(objectPath(kind, { name, namespace }))
    },
  })
  return (
    <Modal
      opened
      onClose={close}
      title={t(secret ? 'config.newSecret' : 'config.newMap')}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (!isWrong) create.mutate()
        }}
      >
        <Stack>
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
          {create.isError && <Failure error={create.error} />}
          <Group justify="end">
            <Button variant="default" onClick={close}>
              {t('common.cancel')}
            </Button>
            <Button type="submit" loading={create.isPending}>
              {t('common.create')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
