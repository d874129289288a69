import { ActionIcon, Group, Select, Tooltip, UnstyledButton } from '@mantine/core'
import { Cross2Icon, PlusIcon } from '@radix-ui/react-icons'
import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import { shell } from '../data/exec.ts'
import { containersOf, type PodLike } from '../data/pod.ts'
import { useQueryState } from '../data/query-state.ts'
import { Empty } from './empty.tsx'
import { useWords } from './language.tsx'
import { Loading } from './loaded.tsx'
import type { TerminalOf } from './terminal-view.tsx'
import './terminal.css'

const View = lazy(async () => ({ default: (await import('./terminal-view.tsx')).TerminalView }))

interface Opened extends TerminalOf {
  id: number
}

const sizes = { least: 9, most: 22 }

/** Terminals in the running containers of pods, side by side as tabs. Pod and container to begin with are in the address. */
export function Terminals({ pods }: { pods: readonly PodLike[] }) {
  const { t } = useWords()
  const [wantedPod, choosePod] = useQueryState('pod')
  const [wantedContainer, chooseContainer] = useQueryState('container')
  const [opened, setOpened] = useState<readonly Opened[]>([])
  const [shown, setShown] = useState(0)
  const [fontSize, setFontSize] = useState(13)
  const next = useRef(1)
  const running = pods.filter((pod) => runningIn(pod).length > 0)
  const pod = running.find(({ metadata }) => metadata.name === wantedPod) ?? running[0]
  const names = pod ? runningIn(pod) : []
  const container = names.find((name) => name === wantedContainer) ?? names[0]

  const open = (of: PodLike, name: string) => {
    const id = next.current++
    const { namespace = '', name: podName } = of.metadata
    setOpened((now) => [...now, { id, namespace, pod: podName, container: name, command: shell }])
    setShown(id)
  }
  const close = (id: number) => {
    const rest = opened.filter((one) => one.id !== id)
    setOpened(rest)
    if (shown === id) setShown(rest.at(-1)?.id ?? 0)
  }
  const canOpen = pod !== undefined && container !== undefined
  // biome-ignore lint/correctness/useExhaustiveDependencies: the first terminal opens by itself, once there is somewhere
  useEffect(() => {
    if (canOpen && opened.length === 0 && next.current === 1) open(pod, container)
  }, [canOpen])

  if (opened.length === 0 && !canOpen)
    return <Empty title={t('terminal.noRunning')}>{t('terminal.noRunningHelp')}</Empty>
  return (
    <div>
      <Group justify="space-between" gap="xs" mb="xs" className="terminal-bar">
        <Group gap={4} role="group" aria-label={t('terminal.tabs')}>
          {opened.map(({ id, pod: podName, container: name }) => (
            <span key={id} className="terminal-tab" data-shown={id === shown || undefined}>
              <UnstyledButton fz="xs" aria-pressed={id === shown} onClick={() => setShown(id)}>
                {running.length > 1 ? podName.slice(-5) : ''} {name} {id}
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
              value={pod?.metadata.name ?? null}
              onChange={(name) => choosePod(name ?? '')}
              allowDeselect={false}
            />
          )}
          {names.length > 1 && (
            <Select
              size="xs"
              w={140}
              aria-label={t('object.container')}
              data={names}
              value={container ?? null}
              onChange={(name) => chooseContainer(name ?? '')}
              allowDeselect={false}
            />
          )}
          <Tooltip label={t('terminal.new')}>
            <ActionIcon
              variant="default"
              aria-label={t('terminal.new')}
              disabled={!canOpen}
              onClick={() => canOpen && open(pod, container)}
            >
              <PlusIcon />
            </ActionIcon>
          </Tooltip>
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
          <View key={one.id} {...one} isShown={one.id === shown} fontSize={fontSize} />
        ))}
      </Suspense>
    </div>
  )
}

const runningIn = (pod: PodLike): string[] =>
  containersOf(pod)
    .filter(({ isRunning }) => isRunning)
    .map(({ name }) => name)
