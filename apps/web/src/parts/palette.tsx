import { Group, Kbd, Modal, Text, TextInput, VisuallyHidden } from '@mantine/core'
import { CubeIcon, FileTextIcon, LayersIcon, MagnifyingGlassIcon } from '@radix-ui/react-icons'
import { useQuery } from '@tanstack/react-query'
import {
  type ComponentType,
  type KeyboardEvent,
  useDeferredValue,
  useEffect,
  useId,
  useMemo,
  useRef,
  useState,
} from 'react'
import { useLocation } from 'wouter'
import type { DialogProps, Offer } from '../data/action.ts'
import { type Finding, type Found, findNamed, findObjects } from '../data/find-objects.ts'
import { bestOf } from '../data/matches.ts'
import type { MessageKey } from '../data/messages.ts'
import { useMays } from '../data/permissions.ts'
import { platform } from '../data/platform.ts'
import { shortcutText } from '../data/shortcuts.ts'
import { useActions, useOffered } from './action-provider.tsx'
import { useWords } from './language.tsx'
import { Loading } from './loaded.tsx'
import { isMac } from './shell.tsx'

interface Entry {
  id: string
  section: MessageKey
  text: string
  detail?: string
  icon: ComponentType
  shortcut?: string
  run: () => void
}

const perSection = 8

/** Everything by name: what can be done here, pages, projects, apps, and every object of the cluster. */
export function Dialog({ close }: DialogProps<undefined>) {
  const { t } = useWords()
  const [wanted, setWanted] = useState('')
  const [at, setAt] = useState(0)
  const list = useRef<HTMLDivElement>(null)
  const id = useId()
  const entries = useEntries(close)
  const { objects, isSearching, cut } = useObjectEntries(wanted, close)
  const shown = useMemo(() => {
    const best = bestOf(entries, ({ text, detail }) => `${text} ${detail ?? ''}`, wanted, 400)
    const sections = [...new Set(best.map(({ section }) => section))]
    return [
      ...sections.flatMap((section) => best.filter((one) => one.section === section).slice(0, perSection)),
      ...objects,
    ]
  }, [entries, objects, wanted])
  const chosen = Math.min(at, shown.length - 1)
  useEffect(() => {
    list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' })
  })
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step) setAt((chosen + step + shown.length) % Math.max(1, shown.length))
    else if (event.key === 'Enter') shown[chosen]?.run()
    else return
    event.preventDefault()
  }
  return (
    <Modal
      opened
      onClose={close}
      withCloseButton={false}
      padding={0}
      size={620}
      yOffset="12vh"
      centered={false}
      aria-label={t('common.search')}
    >
      <TextInput
        size="md"
        variant="unstyled"
        className="palette-input"
        leftSection={<MagnifyingGlassIcon />}
        placeholder={t('palette.hint')}
        aria-label={t('palette.hint')}
        role="combobox"
        aria-expanded
        aria-controls={id}
        aria-activedescendant={shown[chosen] && `${id}-${chosen}`}
        value={wanted}
        onChange={(event) => {
          setWanted(event.currentTarget.value)
          setAt(0)
        }}
        onKeyDown={onKeyDown}
        data-autofocus
      />
      <div ref={list} id={id} className="palette-list" role="listbox" aria-label={t('common.search')}>
        {shown.map((entry, i) => (
          <Line
            key={entry.id}
            entry={entry}
            id={`${id}-${i}`}
            isFirst={shown[i - 1]?.section !== entry.section}
            isChosen={i === chosen}
            onHover={() => setAt(i)}
          />
        ))}
      </div>
      {shown.length === 0 && !isSearching && (
        <Text size="sm" c="dimmed" p="md">
          {t('palette.empty', { text: wanted })}
        </Text>
      )}
      {isSearching && wanted !== '' && <Loading />}
      {cut.length > 0 && wanted !== '' && (
        <Text size="xs" c="dimmed" px="md" pb="sm">
          {t('palette.cut', { kinds: cut.map(({ kind }) => kind).join(', ') })}
        </Text>
      )}
      <VisuallyHidden role="status">{shown.length}</VisuallyHidden>
    </Modal>
  )
}

interface LineProps {
  entry: Entry
  id: string
  isFirst: boolean
  isChosen: boolean
  onHover: () => void
}

function Line({
  entry: { section, text, detail, icon: Icon, shortcut, run },
  id,
  isFirst,
  isChosen,
  onHover,
}: LineProps) {
  const { t } = useWords()
  return (
    <>
      {isFirst && (
        <Text size="xs" fw={600} c="dimmed" px="md" pt="xs" pb={4} role="presentation">
          {t(section)}
        </Text>
      )}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents lint/a11y/useFocusableInteractive: the field above keeps the focus and has the keys */}
      <div id={id} role="option" aria-selected={isChosen} className="palette-line" onClick={run} onMouseMove={onHover}>
        <Icon />
        <Text size="sm" span className="name grow">
          {text}
        </Text>
        <Group gap="xs" wrap="nowrap">
          {detail && (
            <Text size="xs" c="dimmed" span truncate maw={220}>
              {detail}
            </Text>
          )}
          {shortcut && <Kbd size="xs">{shortcutText(shortcut, isMac)}</Kbd>}
        </Group>
      </div>
    </>
  )
}

function useEntries(close: () => void): Entry[] {
  const { t } = useWords()
  const [, go] = useLocation()
  const offers = useAllowedOffers()
  const { start } = useActions()
  const projects = useQuery({ queryKey: ['platform', 'projects'], queryFn: platform.projects })
  const apps = useQuery({ queryKey: ['platform', 'apps'], queryFn: () => platform.apps() })
  return useMemo(() => {
    const visit = (href: string) => () => {
      close()
      go(href)
    }
    const appNames = [...new Set(apps.data?.map(({ project, name }) => `${project}/${name}`))]
    return [
      ...offers
        .filter(({ action }) => action.id !== 'shell.palette')
        .map(({ action, target, subject }) => ({
          id: action.id,
          section: (action.id.startsWith('go.') ? 'palette.pages' : 'palette.actions') as MessageKey,
          text: t(action.label),
          ...(subject && { detail: subject }),
          icon: action.icon,
          ...(action.shortcut && { shortcut: action.shortcut }),
          run: () => {
            close()
            void start(action, target)
          },
        })),
      ...(projects.data ?? []).map(({ name, title }) => ({
        id: `project ${name}`,
        section: 'palette.projects' as const,
        text: name,
        ...(title && { detail: title }),
        icon: LayersIcon,
        run: visit(`/projects/${name}`),
      })),
      ...appNames.map((path) => {
        const [project, name] = path.split('/') as [string, string]
        return {
          id: `app ${path}`,
          section: 'palette.apps' as const,
          text: name,
          detail: project,
          icon: CubeIcon,
          run: visit(`/projects/${project}/apps/${name}`),
        }
      }),
    ]
  }, [offers, projects.data, apps.data, t, start, go, close])
}

/** The objects that answer best. They are many: only those that are shown become entries, and typing does not wait. */
function useObjectEntries(wanted: string, close: () => void) {
  const [, go] = useLocation()
  const [{ found, isComplete, cut }, setFinding] = useState<Finding>({ found: [], isComplete: false, cut: [] })
  const [named, setNamed] = useState<readonly Found[]>([])
  const [failed, setFailed] = useState(false)
  useEffect(() => {
    const stop = new AbortController()
    findObjects({ signal: stop.signal, onMore: setFinding }).catch(() => {
      // The pages and apps are there all the same; the banner tells when the platform cannot be reached.
      if (!stop.signal.aborted) setFailed(true)
    })
    return () => stop.abort()
  }, [])
  useEffect(() => {
    setNamed([])
    const name = wanted.trim()
    if (cut.length === 0 || name === '') return
    const stop = new AbortController()
    const timer = setTimeout(() => {
      findNamed(cut, name, { signal: stop.signal }).then(setNamed, () => undefined) // as above
    }, 300)
    return () => {
      clearTimeout(timer)
      stop.abort()
    }
  }, [wanted, cut])
  const late = useDeferredValue(wanted)
  const objects = useMemo(() => {
    const own = new Set(named.map(({ href }) => href))
    const best = bestOf(found, ({ text }) => text, late, perSection).filter(({ href }) => !own.has(href))
    return [...named, ...best].slice(0, perSection).map(
      ({ kind, namespace, name, href }): Entry => ({
        id: href,
        section: 'palette.objects',
        text: name,
        detail: [kind.kind, namespace].filter(Boolean).join(' · '),
        icon: FileTextIcon,
        run: () => {
          close()
          go(href)
        },
      }),
    )
  }, [found, named, late, go, close])
  return { objects, isSearching: !isComplete && !failed, cut }
}

/** Offers that may be done; each action once, the innermost page's. Rights are asked as for any button. */
function useAllowedOffers(): Offer[] {
  const offers = useOffered()
  const newest = useMemo(
    () => [...new Map(offers.map((one) => [`${one.action.id} ${one.subject ?? ''}`, one])).values()],
    [offers],
  )
  const mays = useMays(newest.map(({ action, target }) => action.right?.(target)))
  const allowed = mays.map(Boolean).join()
  // biome-ignore lint/correctness/useExhaustiveDependencies: `allowed` is the answers as text
  return useMemo(
    () => newest.filter(({ action, target }, i) => mays[i] && action.obstacle?.(target) === undefined),
    [newest, allowed],
  )
}
