import { Button, Group, Modal, NumberInput, Stack } from '@mantine/core'
import type { KubeObject } from '@sampan/resources/meta'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { DialogProps } from '../../data/action.ts'
import { api } from '../../data/api.ts'
import { kubePath, type ObjectTarget, patchObject } from '../../data/object.ts'
import { useActions } from '../../parts/action-provider.tsx'
import { useWords } from '../../parts/language.tsx'
import { Failure, Loaded } from '../../parts/loaded.tsx'

type Scale = KubeObject & { spec?: { replicas?: number } }

/** How many there should be of something. */
export function Dialog({ target, close }: DialogProps<ObjectTarget>) {
  const { t } = useWords()
  const { context } = useActions()
  const [wanted, setWanted] = useState<number>()
  const scale = useQuery({
    queryKey: ['scale', kubePath(target)],
    queryFn: ({ signal }) => api<Scale>(kubePath(target, 'scale'), { signal }),
    gcTime: 0,
  })
  const change = useMutation({
    mutationFn: (replicas: number) => patchObject(target, { spec: { replicas } }, 'scale'),
    onSuccess: () => {
      context.say({ key: 'object.scaled' })
      close()
    },
  })
  return (
    <Modal
      opened
      onClose={close}
      title={`${t('object.scale')}: ${target.name}`}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <Loaded query={scale}>
        {({ spec }) => (
          <form
            onSubmit={(event) => {
              event.preventDefault()
              change.mutate(wanted ?? spec?.replicas ?? 0)
            }}
          >
            <Stack>
              <NumberInput
                label={t('object.scaleHelp')}
                min={0}
                max={10_000}
                allowDecimal={false}
                value={wanted ?? spec?.replicas ?? 0}
                onChange={(value) => setWanted(Number(value))}
                data-autofocus
              />
              {change.isError && <Failure error={change.error} />}
              <Group justify="end">
                <Button variant="default" onClick={close}>
                  {t('common.cancel')}
                </Button>
                <Button type="submit" loading={change.isPending}>
                  {t('object.scale')}
                </Button>
              </Group>
            </Stack>
          </form>
        )}
      </Loaded>
    </Modal>
  )
}
