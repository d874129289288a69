import { Button, Checkbox, Group, Modal, Stack, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import type { DialogProps } from '../../data/action.ts'
import { drainPlan, evict, evictAll, keyOf } from '../../data/drain.ts'
import { drainText } from '../../data/drain-phrases.ts'
import { useObjects } from '../../data/live.ts'
import type { NodeLike } from '../../data/node.ts'
import { type ObjectTarget, patchObject } from '../../data/object.ts'
import type { PodLike } from '../../data/pod.ts'
import { useActions } from '../../parts/action-provider.tsx'
import { useWords } from '../../parts/language.tsx'
import { Failure, Loading } from '../../parts/loaded.tsx'

/** Empties a node: it takes no more pods, and those on it go elsewhere. Says beforehand what that means, and then how far it is. */
export function Dialog({ target, close }: DialogProps<ObjectTarget>) {
  const { t, language } = useWords()
  const { context } = useActions()
  const pods = useObjects<PodLike>({ path: '/api/v1/pods', fields: `spec.nodeName=${target.name}` })
  const nodes = useObjects<NodeLike>({ path: '/api/v1/nodes' })
  const [isSure, setSure] = useState(false)
  const [begun, setBegun] = useState<readonly PodLike[]>()
  const [held, setHeld] = useState<ReadonlyMap<string, string>>(new Map())
  const control = useRef(new AbortController())
  useEffect(() => {
    const own = new AbortController()
    control.current = own
    return () => own.abort()
  }, [])
  const plan = drainPlan(pods.items)
  const going = [...plan.moved, ...plan.lost]
  const isOnly = !nodes.items.some(({ metadata, spec }) => metadata.name !== target.name && !spec?.unschedulable)
  const drain = useMutation({
    mutationFn: async () => {
      await patchObject(target, { spec: { unschedulable: true } })
      setBegun(going)
      await evictAll(going, {
        evict,
        wait: () => new Promise((resolve) => setTimeout(resolve, 3_000)),
        signal: control.current.signal,
        onHeld: setHeld,
      })
    },
  })
  const present = new Set(pods.items.map(({ metadata }) => metadata.uid))
  const left = begun?.filter(({ metadata }) => present.has(metadata.uid)) ?? []
  const isDone = begun !== undefined && left.length === 0 && !drain.isPending
  // biome-ignore lint/correctness/useExhaustiveDependencies: once it is done
  useEffect(() => {
    if (!isDone) return
    context.say({ key: 'object.drained', values: { name: target.name } })
    close()
  }, [isDone])
  return (
    <Modal
      opened
      onClose={close}
      size="lg"
      title={`${t('object.drain')}: ${target.name}`}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      {!pods.isLoaded && !pods.error ? (
        <Loading />
      ) : begun ? (
        <Stack role="status">
          <Text size="sm">{drainText(language, 'left', { left: left.length, all: begun.length })}</Text>
          <PodNames pods={left} notes={held} />
          {drain.isError && <Failure error={drain.error} />}
          <Group justify="end">
            <Button variant="default" onClick={close}>
              {drainText(language, 'stop')}
            </Button>
          </Group>
        </Stack>
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault()
            drain.mutate()
          }}
        >
          <Stack>
            <Text size="sm">
              {drainText(language, 'ask', { name: target.name, moved: plan.moved.length })}{' '}
              {plan.kept.length > 0 && drainText(language, 'kept', { kept: plan.kept.length })}
            </Text>
            {isOnly && plan.moved.length > 0 && (
              <Text size="sm" fw={600}>
                {drainText(language, 'only')}
              </Text>
            )}
            {plan.scratch.length > 0 && (
              <div>
                <Text size="sm">{drainText(language, 'scratch')}</Text>
                <PodNames pods={plan.scratch} />
              </div>
            )}
            {plan.lost.length > 0 && (
              <div>
                <Text size="sm">{drainText(language, 'lost')}</Text>
                <PodNames pods={plan.lost} />
                <Checkbox
                  mt="xs"
                  label={drainText(language, 'sure')}
                  checked={isSure}
                  onChange={(event) => setSure(event.currentTarget.checked)}
                />
              </div>
            )}
            {(drain.error ?? pods.error) && <Failure error={(drain.error ?? pods.error)!} />}
            <Group justify="end">
              <Button variant="default" onClick={close} data-autofocus>
                {t('common.cancel')}
              </Button>
              <Button
                type="submit"
                color="red"
                loading={drain.isPending}
                disabled={(plan.lost.length > 0 && !isSure) || !pods.isLoaded}
              >
                {t('object.drain')}
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  )
}

function PodNames({ pods, notes }: { pods: readonly PodLike[]; notes?: ReadonlyMap<string, string> }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
    <ul className="plain pod-names" tabIndex={0}>
      {pods.map((pod) => (
        <li key={keyOf(pod)} className="name">
          {keyOf(pod)}
          {notes?.has(keyOf(pod)) && (
            <Text size="xs" c="dimmed">
              {notes.get(keyOf(pod))}
            </Text>
          )}
        </li>
      ))}
    </ul>
  )
}
