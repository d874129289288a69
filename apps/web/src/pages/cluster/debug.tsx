import { Autocomplete, Select, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { DialogProps } from '../../data/action.ts'
import { imagesFor, startDebugging } from '../../data/debug-container.ts'
import { shell } from '../../data/exec.ts'
import { hrefOf, kubePath, type ObjectTarget, readObject } from '../../data/object.ts'
import { containersOf, type PodLike } from '../../data/pod.ts'
import { useActions } from '../../parts/action-provider.tsx'
import { FormDialog } from '../../parts/form-dialog.tsx'
import { useWords } from '../../parts/language.tsx'

/** A container with tools beside those of a pod that runs, as `kubectl debug` makes it; then a terminal in it. */
export function Dialog({ target, close }: DialogProps<ObjectTarget>) {
  const { t } = useWords()
  const { context } = useActions()
  const pod = useQuery({
    queryKey: ['object', kubePath(target)],
    queryFn: ({ signal }) => readObject<PodLike>(target, signal),
    gcTime: 0,
  })
  const [image, setImage] = useState<string>()
  const [chosen, choose] = useState<string>()
  const containers = pod.data ? containersOf(pod.data).filter(({ role }) => role === 'main') : []
  const name = chosen ?? containers[0]?.name
  const wanted = image ?? containers.find((one) => one.name === name)?.image ?? ''
  return (
    <FormDialog
      title="object.debug"
      submit="object.debugStart"
      close={close}
      isDisabled={!pod.data || !name || wanted.trim() === ''}
      onSubmit={async () => {
        const made = await startDebugging(target, pod.data!, { image: wanted.trim(), target: name!, command: shell })
        context.go(`${hrefOf(target, 'terminal')}&container=${made}&mode=attach`)
      }}
    >
      <Text size="sm">{t('object.debugHelp')}</Text>
      <Autocomplete
        label={t('object.debugImage')}
        description={t('object.debugImageHelp')}
        data={pod.data ? imagesFor(pod.data) : []}
        value={wanted}
        onChange={setImage}
        filter={({ options }) => options}
        openOnFocus={false}
        required
        data-autofocus
      />
      {containers.length > 1 && (
        <Select
          label={t('object.container')}
          description={t('object.debugTarget')}
          data={containers.map((one) => one.name)}
          value={name ?? null}
          onChange={(next) => next && choose(next)}
          allowDeselect={false}
        />
      )}
    </FormDialog>
  )
}
