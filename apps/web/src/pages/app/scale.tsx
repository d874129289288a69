import { Button, Group, Modal, NumberInput, Stack, Text } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { AppTarget } from '../../actions/app.ts'
import type { DialogProps } from '../../data/action.ts'
import { platform } from '../../data/platform.ts'
import { useActions } from '../../parts/action-provider.tsx'
import { useWords } from '../../parts/language.tsx'
import { Failure } from '../../parts/loaded.tsx'

/** How many instances there should be. */
export function Dialog({ target: { project, app, data }, close }: DialogProps<AppTarget>) {
  const { t } = useWords()
  const client = useQueryClient()
  const { context } = useActions()
  const wanted = data.app.spec.parameters.replicas
  const [count, setCount] = useState<number | string>(wanted)
  const scale = useMutation({
    mutationFn: () => platform.change({ project, app }, { replicas: Number(count) }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['platform'] })
      context.say({ key: 'app.scaled', values: { count: Number(count) } })
      close()
    },
  })
  return (
    <Modal opened onClose={close} title={t('app.scale')} closeButtonProps={{ 'aria-label': t('common.close') }}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          scale.mutate()
        }}
      >
        <Stack>
          <NumberInput
            label={t('field.replicas')}
            min={0}
            max={1000}
            value={count}
            onChange={setCount}
            data-autofocus
          />
          <Text size="xs" c="dimmed">
            {t('app.scaleHelp')}
          </Text>
          {scale.isError && <Failure error={scale.error} />}
          <Group justify="end">
            <Button variant="default" onClick={close}>
              {t('common.cancel')}
            </Button>
            <Button type="submit" loading={scale.isPending} disabled={count === '' || Number(count) === wanted}>
              {t('app.scale')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
