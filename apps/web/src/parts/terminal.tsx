import { ActionIcon, Group, Loader, Select, Text, Tooltip, UnstyledButton } from '@mantine/core'
import { Cross2Icon, Link2Icon, PlusIcon } from '@radix-ui/react-icons'
import { Suspense, useEffect, useRef, useState } from 'react'
import { debugPod } from '../actions/object.ts'
import { kindByWord } from '../data/discovery.ts'
import { shell } from '../data/exec.ts'
import { useMay } from '../data/permissions.ts'
import { type Container, containersOf, type PodLike } from '../data/pod.ts'
import { useQueryState } from '../data/query-state.ts'
import { useKnownKinds } from '../data/use-kinds.ts'
import { ActionButton } from './action-button.tsx'
import { Empty } from './empty.tsx'
import { useWords } from './language.tsx'
import { Loading } from './loaded.tsx'
import type { TerminalOf } from './terminal-view.tsx'
import './terminal.css'
import { lazily } from './lazily.ts'

const View = lazily(() => import('./terminal-view.tsx'), 'TerminalView')

interface Opened extends TerminalOf {
  id: number
}

const sizes = { least: 9, most: 22 }

/**
 * Terminals in the running containers of pods, side by side as tabs: shells, or attached to what runs there. Pod, container
 * and `attach` to begin with are in the address; a container that is still being started is waited for.
 */
export function Terminals({ pods }: { pods: readonly PodLike[] }) {
  const { t } = useWords()
  const [wantedPod, choosePod] = useQueryState('pod')
  const [wantedContainer, chooseContainer] = useQueryState('container')
  const [mode] = useQueryState('mode')
  const [opened, setOpened] = useState<readonly Opened[]>([])
  const [shown, setShown] = useState(0)
  const [fontSize, setFontSize] = useState(13)
  const next = useRef(1)
  const running = pods.filter((pod) => runningIn(pod).length > 0)
  const pod = running.find(({ metadata }) => metadata.name === wantedPod) ?? running[0]
  const containers = pod ? runningIn(pod) : []
  const wanted = pod && containersOf(pod).find((one) => one.name === wantedContainer)
  // One that was just added may not be in the pod as it is known here.
  const isUnknown = pod !== undefined && wantedContainer !== '' && !wanted
  const isAwaited = isUnknown || (wanted !== undefined && !wanted.isRunning && !wanted.isEnded)
  const container = containers.find(({ name }) => name === wantedContainer) ?? containers[0]
  const { namespace = '', name: podName = '' } = pod?.metadata ?? {}
  const podKind = kindByWord(useKnownKinds(), 'pods')
  const mayAttach = useMay({ verb: 'create', group: '', resource: 'pods/attach', namespace, name: podName })

  const open = (to: Container, isAttached: boolean) => {
    const id = next.current++
    const own = isAttached ? { tty: to.tty, stdin: to.stdin, isWaiting: to.role === 'debug' } : { command: shell }
    setOpened((now) => [...now, { id, namespace, pod: podName, container: to.name, ...own }])
    setShown(id)
  }
  const close = (id: number) => {
    const rest = opened.filter((one) => one.id !== id)
    setOpened(rest)
    if (shown === id) setShown(rest.at(-1)?.id ?? 0)
  }
  const canOpen = container !== undefined && !isAwaited
  // biome-ignore lint/correctness/useExhaustiveDependencies: the first terminal opens by itself, once there is somewhere
  useEffect(() => {
    if (canOpen && opened.length === 0 && next.current === 1) open(container, mode === 'attach')
  }, [canOpen])

  if (opened.length === 0 && isAwaited) return <Starting name={wantedContainer} container={wanted} />
  if (opened.length === 0 && !canOpen)
    return <Empty title={t('terminal.noRunning')}>{t('terminal.noRunningHelp')}</Empty>
  return (
    <div>
      <Group justify="space-between" gap="xs" mb="xs" className="terminal-bar">
        <Group gap={4} role="group" aria-label={t('terminal.tabs')}>
          {opened.map(({ id, pod: of, container: name, command }) => (
            <span key={id} className="terminal-tab" data-shown={id === shown || undefined}>
              <UnstyledButton fz="xs" aria-pressed={id === shown} onClick={() => setShown(id)}>
                {running.length > 1 ? of.slice(-5) : ''} {name} {id}
                {!command && ` · ${t('terminal.attachMark')}`}
              </UnstyledButton>
              <ActionIcon
                size="xs"
                variant="subtle"
                color="gray"
                aria-label={t('terminal.close', { name: `${name} ${id}` })}
                onClick={() => close(id)}
              >
                <Cross2Icon />
              </ActionIcon>
            </span>
          ))}
        </Group>
        <Group gap={4}>
          {running.length > 1 && (
            <Select
              size="xs"
              w={230}
              aria-label={t('terminal.pod')}
              data={running.map(({ metadata }) => metadata.name)}
              value={podName}
              onChange={(name) => choosePod(name ?? '')}
              allowDeselect={false}
            />
          )}
          {containers.length > 1 && (
            <Select
              size="xs"
              w={140}
              aria-label={t('object.container')}
              data={containers.map(({ name }) => name)}
              value={container?.name ?? null}
              onChange={(name) => chooseContainer(name ?? '')}
              allowDeselect={false}
            />
          )}
          <Tooltip label={t('terminal.new')}>
            <ActionIcon
              variant="default"
              aria-label={t('terminal.new')}
              disabled={!canOpen}
              onClick={() => container && open(container, false)}
            >
              <PlusIcon />
            </ActionIcon>
          </Tooltip>
          {mayAttach && (
            <Tooltip label={t('terminal.attach')}>
              <ActionIcon
                variant="default"
                aria-label={t('terminal.attach')}
                disabled={!canOpen}
                onClick={() => container && open(container, true)}
              >
                <Link2Icon />
              </ActionIcon>
            </Tooltip>
          )}
          <ActionIcon
            variant="default"
            aria-label={`A− ${t('terminal.fontSmaller')}`}
            disabled={fontSize <= sizes.least}
            onClick={() => setFontSize((now) => now - 1)}
          >
            <small>
              <small>A−</small>
            </small>
          </ActionIcon>
          <ActionIcon
            variant="default"
            aria-label={`A+ ${t('terminal.fontLarger')}`}
            disabled={fontSize >= sizes.most}
            onClick={() => setFontSize((now) => now + 1)}
          >
            <small>A+</small>
          </ActionIcon>
        </Group>
      </Group>
      <Suspense fallback={<Loading />}>
        {opened.map((one) => (
          <View
            key={one.id}
            {...one}
            isShown={one.id === shown}
            fontSize={fontSize}
            isGone={!pods.some(({ metadata }) => metadata.name === one.pod)}
            help={
              podKind && (
                <ActionButton
                  action={debugPod}
                  target={{ kind: podKind, namespace: one.namespace, name: one.pod }}
                  size="compact-sm"
                />
              )
            }
          />
        ))}
      </Suspense>
    </div>
  )
}

/** What is being waited for, and why it takes so long when that is known. */
function Starting({ name, container }: { name: string; container: Container | undefined }) {
  const { t } = useWords()
  return (
    <Group gap="xs" role="status" p="md" wrap="nowrap" align="start">
      <Loader size="xs" mt={4} />
      <div>
        <Text size="sm">
          {container
            ? t('terminal.starting', { container: name, state: container.state })
            : t('terminal.unknown', { container: name })}
        </Text>
        {container?.message && (
          <Text size="sm" c="dimmed" className="name">
            {container.message}
          </Text>
        )}
      </div>
    </Group>
  )
}

const runningIn = (pod: PodLike): Container[] => containersOf(pod).filter(({ isRunning }) => isRunning)
