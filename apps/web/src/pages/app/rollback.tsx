import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { ReleaseTarget } from '../../actions/app.ts'
import type { DialogProps } from '../../data/action.ts'
import { platform } from '../../data/platform.ts'
import { useActions } from '../../parts/action-provider.tsx'
import { DiffView } from '../../parts/diff-view.tsx'
import { useWords } from '../../parts/language.tsx'
import { Failure, Loaded } from '../../parts/loaded.tsx'

/** What going back would change, then going back. */
export function Dialog({ target: { project, app, number, environment }, close }: DialogProps<ReleaseTarget>) {
  const { t } = useWords()
  const client = useQueryClient()
  const { context } = useActions()
  const serving = useQuery({
    queryKey: ['platform', 'app', project, app],
    queryFn: () => platform.app({ project, app }),
    select: ({ releases }) => releases.find((one) => one.serving.length > 0)?.number ?? number,
  })
  const diff = useQuery({
    queryKey: ['platform', 'diff', project, app, number, serving.data],
    queryFn: () => platform.diff({ project, app }, number, serving.data),
    enabled: serving.data !== undefined,
  })
  const rollback = useMutation({
    mutationFn: () => platform.rollback({ project, app }, number, environment),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['platform'] })
      context.say({ key: 'release.rollingBack', values: { number } })
      close()
    },
  })
  return (
    <Modal
      opened
      onClose={close}
      size="xl"
      title={t('release.rollback')}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <Stack>
        <Text size="sm">{t('release.rollbackAsk', { number, app })}</Text>
        <Loaded query={diff}>
          {({ environments, image }) => (
            <>
              {image.before !== image.after && (
                <Text size="xs" c="dimmed" className="name">
                  {image.before} → {image.after}
                </Text>
              )}
              {environments
                .filter(({ name }) => !environment || name === environment)
                .map((one) => (
                  <div key={one.name}>
                    <Text size="xs" fw={600} mb={4}>
                      {one.name}
                    </Text>
                    <DiffView diff={one.diff} label={one.name} />
                  </div>
                ))}
            </>
          )}
        </Loaded>
        {rollback.isError && <Failure error={rollback.error} />}
        <Group justify="end">
          <Button variant="default" onClick={close}>
            {t('common.cancel')}
          </Button>
          <Button loading={rollback.isPending} onClick={() => rollback.mutate()} data-autofocus>
            {t('release.rollback')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
