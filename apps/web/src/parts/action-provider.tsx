import { useQueryClient } from '@tanstack/react-query'
import {
  type ComponentType,
  createContext,
  lazy,
  type ReactNode,
  Suspense,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react'
import { useLocation } from 'wouter'
import type { Action, ActionContext, DialogProps, Offer } from '../data/action.ts'
import { Refused } from '../data/api.ts'
import { loadAgain } from '../data/load-again.ts'
import { hasChangedOver } from '../data/new-version.ts'
import { createOffers, type Offers } from '../data/offers.ts'
import { useKeys } from './keys.tsx'
import { useWords } from './language.tsx'
import { lazily } from './lazily.ts'
import type { Notice } from './notices.tsx'

interface Actions {
  /** Asks where the action asks, does it, and tells how it went. Resolves when it is done. */
  start<T>(action: Action<T>, target: T): Promise<void>
  context: ActionContext
  offers: Offers
}

// What nobody sees at first is loaded when it is first shown.
const Ask = lazily(() => import('./ask.tsx'), 'Ask')
const Notices = lazily(() => import('./notices.tsx'), 'Notices')

const Context = createContext<Actions | undefined>(undefined)

interface Shown {
  Dialog: ComponentType<DialogProps<unknown>>
  target: unknown
}

interface Asked {
  action: Action<unknown>
  target: unknown
  answer: (isYes: boolean) => void
}

/** Runs actions: their questions, dialogs, success and failure are shown here, once for the whole console. */
export function ActionProvider({ children }: { children: ReactNode }) {
  const { t } = useWords()
  const client = useQueryClient()
  const [, go] = useLocation()
  const [dialog, setDialog] = useState<Shown>()
  const [asked, setAsked] = useState<Asked>()
  const [notices, setNotices] = useState<readonly Notice[]>([])
  const [offers] = useState(createOffers)
  const nextId = useRef(1)

  const tell = useCallback((notice: Omit<Notice, 'id'>) => {
    setNotices((now) => [...now.slice(-3), { ...notice, id: nextId.current++ }])
  }, [])

  const context = useMemo<ActionContext>(
    () => ({
      go,
      say: ({ key, values }) => tell({ text: t(key, values) }),
      open: (load, target) =>
        setDialog({
          Dialog: lazy(async () => ({
            default: (await loadAgain(load)).Dialog as ComponentType<DialogProps<unknown>>,
          })),
          target,
        }),
    }),
    [go, t, tell],
  )

  useEffect(() => {
    if (hasChangedOver(sessionStorage)) context.say({ key: 'shell.updated' })
  }, [context])

  const start = useCallback(
    async <T,>(action: Action<T>, target: T) => {
      if (action.question) {
        const isYes = await new Promise<boolean>((answer) =>
          setAsked({ action: action as Action<unknown>, target, answer }),
        )
        setAsked(undefined)
        if (!isYes) return
      }
      try {
        await action.run(target, context)
        if (action.done) tell({ text: t(action.done) })
        await client.invalidateQueries({ queryKey: ['platform'] })
      } catch (error) {
        if (!(error instanceof Error)) throw error
        if (error instanceof Refused && error.status === 401) void client.invalidateQueries({ queryKey: ['me'] })
        tell({ text: error.message, error })
      }
    },
    [client, context, t, tell],
  )

  const value = useMemo(() => ({ start, context, offers }), [start, context, offers])
  useKeys(value)
  return (
    <Context.Provider value={value}>
      {children}
      <Suspense>
        {asked?.action.question && (
          <Ask question={asked.action.question(asked.target)} action={asked.action} onAnswer={asked.answer} />
        )}
      </Suspense>
      <Suspense>{dialog && <dialog.Dialog target={dialog.target} close={() => setDialog(undefined)} />}</Suspense>
      <Suspense>
        {notices.length > 0 && (
          <Notices notices={notices} onClose={(id) => setNotices((now) => now.filter((one) => one.id !== id))} />
        )}
      </Suspense>
    </Context.Provider>
  )
}

export function useActions(): Actions {
  const actions = useContext(Context)
  if (!actions) throw new Error('useActions needs an ActionProvider around it')
  return actions
}

/** What the pages that are shown offer now. */
export function useOffered(): readonly Offer[] {
  const { offers } = useActions()
  return useSyncExternalStore(offers.listen, () => offers.all)
}

/** Offers actions to palette and keyboard while the calling page is shown. `key` says when they are others. */
export function useOffers(offered: readonly Offer[], key: string) {
  const { offers } = useActions()
  // biome-ignore lint/correctness/useExhaustiveDependencies: offers are made anew at every render; the key says whether they differ
  useEffect(() => offers.add(offered), [offers, key])
}
