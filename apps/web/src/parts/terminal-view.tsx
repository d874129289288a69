import '@xterm/xterm/css/xterm.css'
import { Alert, Button, Group, Text, useComputedColorScheme } from '@mantine/core'
import { waitAfter } from '@sampan/kit/backoff'
import { FitAddon } from '@xterm/addon-fit'
import { Terminal } from '@xterm/xterm'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { type End, type ExecSocket, openSession, type Session } from '../data/exec.ts'
import { terminalTheme } from '../data/terminal-theme.ts'
import { useWords } from './language.tsx'

export interface TerminalOf {
  namespace: string
  pod: string
  container: string
  /** Without one: attaches. */
  command?: readonly string[]
  tty?: boolean
  stdin?: boolean
  /** A shell that was there before us has shown its prompt already: an empty line makes it show it again. */
  isWaiting?: boolean
}

interface Props extends TerminalOf {
  isShown: boolean
  fontSize: number
  /** What helps where there is no shell. */
  help?: ReactNode
  /** The pod is there no more: nothing is tried again. */
  isGone?: boolean
}

const connect = (path: string, protocols: string[]) =>
  new WebSocket(new URL(path, location.href.replace(/^http/, 'ws')), protocols) as unknown as ExecSocket

type State = { kind: 'connecting' } | { kind: 'open' } | End

/** One terminal. Lost connections are made again; what was running then is gone, which is said. */
export function TerminalView(props: Props) {
  const {
    namespace,
    pod,
    container,
    command,
    tty = true,
    stdin = true,
    isWaiting,
    isShown,
    fontSize,
    help,
    isGone,
  } = props
  const { t } = useWords()
  const scheme = useComputedColorScheme('light')
  const [state, setState] = useState<State>({ kind: 'connecting' })
  const [attempt, setAttempt] = useState(0)
  const box = useRef<HTMLDivElement>(null)
  const view = useRef<{ terminal: Terminal; fit: FitAddon }>(undefined)
  const session = useRef<Session>(undefined)
  const failures = useRef(0)
  const gone = useRef(isGone)
  gone.current = isGone
  const label = t('terminal.input')

  // biome-ignore lint/correctness/useExhaustiveDependencies: theme and size are set below, on the terminal that is there
  useEffect(() => {
    const terminal = new Terminal({
      cursorBlink: !matchMedia('(prefers-reduced-motion: reduce)').matches,
      fontFamily: getComputedStyle(document.documentElement).getPropertyValue('--mantine-font-family-monospace'),
      fontSize,
      scrollback: 5_000,
      minimumContrastRatio: 4.5,
      theme: terminalTheme[scheme],
      screenReaderMode: true,
      convertEol: !tty,
      disableStdin: !stdin,
    })
    const fit = new FitAddon()
    terminal.loadAddon(fit)
    terminal.open(box.current!)
    terminal.textarea?.setAttribute('aria-label', `${label}: ${pod} ${container}`)
    terminal.attachCustomKeyEventHandler((event) => keep(event, terminal))
    terminal.onData((typed) => session.current?.send(typed))
    terminal.onResize(({ cols, rows }) => session.current?.resize(cols, rows))
    const observer = new ResizeObserver(() => {
      if (box.current?.offsetWidth) fit.fit()
    })
    observer.observe(box.current!)
    view.current = { terminal, fit }
    return () => {
      observer.disconnect()
      terminal.dispose()
      view.current = undefined
    }
  }, [])

  useEffect(() => {
    if (!view.current) return
    view.current.terminal.options.theme = terminalTheme[scheme]
    view.current.terminal.options.fontSize = fontSize
    if (box.current?.offsetWidth) view.current.fit.fit()
  }, [scheme, fontSize])

  // biome-ignore lint/correctness/useExhaustiveDependencies: an attempt is a new session
  useEffect(() => {
    let again: ReturnType<typeof setTimeout> | undefined
    const { terminal } = view.current!
    setState({ kind: 'connecting' })
    const one = openSession(
      { namespace, pod, container, tty, stdin, ...(command && { command }) },
      {
        connect,
        onOpen() {
          failures.current = 0
          setState({ kind: 'open' })
          if (attempt > 0) terminal.write('\r\n')
          one.resize(terminal.cols, terminal.rows)
          if (isWaiting) one.send('\r')
          terminal.focus()
        },
        onOutput: (bytes) => terminal.write(bytes),
        onEnd(end) {
          setState(end)
          if (end.kind !== 'lost' || gone.current) return
          failures.current++
          again = setTimeout(
            () => !gone.current && setAttempt((now) => now + 1),
            waitAfter(failures.current, { first: 500, most: 8_000 }),
          )
        },
      },
    )
    session.current = one
    return () => {
      clearTimeout(again)
      one.close()
      session.current = undefined
    }
  }, [namespace, pod, container, attempt])

  useEffect(() => {
    if (isShown) view.current?.terminal.focus()
  }, [isShown])

  return (
    <div className="terminal" hidden={!isShown}>
      <Told
        state={state}
        at={{ pod, container }}
        isAttached={!command}
        onAgain={() => setAttempt((now) => now + 1)}
        help={help}
        isGone={isGone}
      />
      <div ref={box} className="terminal-screen" data-state={state.kind} />
      <Text size="xs" c="dimmed" mt={6}>
        {t('terminal.keys')}
      </Text>
    </div>
  )
}

/** Ctrl+C copies a selection, Ctrl+V pastes, Ctrl+Shift+Up leaves; everything else goes to the shell. */
function keep(event: KeyboardEvent, terminal: Terminal): boolean {
  if (event.type !== 'keydown' || !(event.ctrlKey || event.metaKey)) return true
  const key = event.key.toLowerCase()
  if (key === 'c' && (event.shiftKey || terminal.hasSelection())) {
    if (event.shiftKey) event.preventDefault()
    document.execCommand('copy')
    terminal.clearSelection()
    return false
  }
  if (key === 'v') return false // the browser pastes
  if (event.shiftKey && event.key === 'ArrowUp') {
    document.querySelector<HTMLElement>('.terminal-bar button')?.focus()
    return false
  }
  return true
}

interface ToldProps {
  state: State
  at: { pod: string; container: string }
  isAttached: boolean
  onAgain: () => void
  help: ReactNode
  isGone: boolean | undefined
}

/** How the session is, in words. */
function Told({ state, at, isAttached, onAgain, help, isGone }: ToldProps) {
  const { t } = useWords()
  if (state.kind === 'open' || state.kind === 'connecting')
    return (
      <Text size="xs" c="dimmed" mb={6} role="status">
        {state.kind === 'open' ? t(isAttached ? 'terminal.attached' : 'terminal.open', at) : t('terminal.connecting')}
      </Text>
    )
  const words =
    state.kind === 'lost'
      ? t(isGone ? 'terminal.gone' : 'terminal.lost', at)
      : state.kind === 'noShell'
        ? t('terminal.noShell')
        : state.kind === 'exit'
          ? t('terminal.ended', { code: state.code })
          : state.message
  return (
    <Alert
      color={state.kind === 'exit' ? 'gray' : 'orange'}
      variant="light"
      role="status"
      mb="xs"
      p="xs"
      className="terminal-told"
    >
      <Group justify="space-between" gap="xs">
        <Text size="sm" className="name">
          {words}
        </Text>
        {state.kind === 'noShell' ? (
          help
        ) : isGone ? null : (
          <Button size="compact-sm" variant="default" onClick={onAgain}>
            {t('terminal.again')}
          </Button>
        )}
      </Group>
    </Alert>
  )
}
