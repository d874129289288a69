import { Button, Group, Modal, Radio, Stack, Text } from '@mantine/core'
import type { KubeObject } from '@sampan/resources/meta'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { DialogProps } from '../../data/action.ts'
import { api } from '../../data/api.ts'
import { apiPath, kindByWord } from '../../data/discovery.ts'
import { diffOf } from '../../data/edit-object.ts'
import { type ObjectTarget, readObject } from '../../data/object.ts'
import { rollbackText } from '../../data/rollback-phrases.ts'
import { historyWord, type Revision, revisionsOf, rollBackTo } from '../../data/rollout-history.ts'
import { useKnownKinds } from '../../data/use-kinds.ts'
import { useActions } from '../../parts/action-provider.tsx'
import { DiffView } from '../../parts/diff-view.tsx'
import { useWords } from '../../parts/language.tsx'
import { Failure, Loaded } from '../../parts/loaded.tsx'
import { When } from '../../parts/when.tsx'

/** Back to a pod template a workload had before: which one, and what that changes. */
export function Dialog({ target, close }: DialogProps<ObjectTarget>) {
  const { t, language } = useWords()
  const kind = kindByWord(useKnownKinds(), historyWord(target.kind.plural))
  const history = useQuery({
    queryKey: ['history', target.kind.plural, target.namespace, target.name],
    enabled: kind !== undefined,
    gcTime: 0,
    queryFn: async ({ signal }) => {
      const at = { ...(target.namespace && { namespace: target.namespace }) }
      const [workload, { items }] = await Promise.all([
        readObject(target, signal),
        api<{ items: KubeObject[] }>(`/kube${apiPath(kind!, at)}`, { signal }),
      ])
      return revisionsOf(target.kind.plural, workload, items)
    },
  })
  return (
    <Modal
      opened
      onClose={close}
      size="xl"
      title={`${t('object.rollback')}: ${target.name}`}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <Loaded
        query={history}
        isEmpty={(all) => all.length < 2}
        empty={
          <Stack>
            <Text size="sm">{rollbackText(language, 'none')}</Text>
            <Group justify="end">
              <Button variant="default" onClick={close} data-autofocus>
                {t('common.close')}
              </Button>
            </Group>
          </Stack>
        }
      >
        {(all) => <Choice target={target} all={all} close={close} />}
      </Loaded>
    </Modal>
  )
}

function Choice({ target, all, close }: { target: ObjectTarget; all: readonly Revision[]; close: () => void }) {
  const { t, language } = useWords()
  const { context } = useActions()
  const current = all.find((one) => one.isCurrent)!
  const others = all.filter((one) => !one.isCurrent)
  const [name, choose] = useState((others.find((one) => one.number < current.number) ?? others[0]!).name)
  const chosen = others.find((one) => one.name === name)!
  const change = useMutation({
    mutationFn: () => rollBackTo(target, chosen),
    onSuccess: () => {
      context.say({ key: 'object.rolledBack', values: { number: chosen.number } })
      close()
    },
  })
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        change.mutate()
      }}
    >
      <Stack>
        <Radio.Group
          label={rollbackText(language, 'to')}
          description={rollbackText(language, 'now', { number: current.number })}
          value={name}
          onChange={choose}
        >
          <Stack gap={6} mt="xs" className="scrolled">
            {others.map((one, i) => (
              <Radio
                key={one.name}
                value={one.name}
                data-autofocus={i === 0 || undefined}
                label={
                  <span className="name">
                    {rollbackText(language, 'revision', { number: one.number })}
                    {one.time && (
                      <>
                        {' · '}
                        <When time={one.time} inline />
                      </>
                    )}
                    {` · ${one.cause ?? one.images.join(', ')}`}
                  </span>
                }
              />
            ))}
          </Stack>
        </Radio.Group>
        <DiffView diff={diffOf(current.template, chosen.template)} label={t('yaml.changes')} />
        {change.isError && <Failure error={change.error} />}
        <Group justify="end">
          <Button variant="default" onClick={close}>
            {t('common.cancel')}
          </Button>
          <Button type="submit" loading={change.isPending}>
            {t('object.rollback')}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
