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
} from 'react'
import { useLocation } from 'wouter'
import type { Action, ActionContext, DialogProps, Offer } from '../data/action.ts'
import { Refused } from '../data/api.ts'
import { loadAgain } from '../data/load-again.ts'
import { Ask } from './ask.tsx'
import { useKeys } from './keys.tsx'
import { useWords } from './language.tsx'
import { type Notice, Notices } from './notices.tsx'

interface Actions {
  /** Asks where the action asks, does it, and tells how it went. Resolves when it is done. */
  start<T>(action: Action<T>, target: T): Promise<void>
  context: ActionContext
  /** What the pages that are shown offer. */
  offers: readonly Offer[]
  /** Adds offers for as long as a page shows them. */
  addOffers(offers: readonly Offer[]): () => void
}

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
  const [offers, setOffers] = useState<readonly Offer[]>([])
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

  const addOffers = useCallback((added: readonly Offer[]) => {
    setOffers((now) => [...now, ...added])
    return () => setOffers((now) => now.filter((one) => !added.includes(one)))
  }, [])

  const value = useMemo(() => ({ start, context, offers, addOffers }), [start, context, offers, addOffers])
  useKeys(value)
  return (
    <Context.Provider value={value}>
      {children}
      {asked?.action.question && (
        <Ask question={asked.action.question(asked.target)} action={asked.action} onAnswer={asked.answer} />
      )}
      {dialog && (
        <Suspense>
          <dialog.Dialog target={dialog.target} close={() => setDialog(undefined)} />
        </Suspense>
      )}
      <Notices notices={notices} onClose={(id) => setNotices((now) => now.filter((one) => one.id !== id))} />
    </Context.Provider>
  )
}

export function useActions(): Actions {
  const actions = useContext(Context)
  if (!actions) throw new Error('useActions needs an ActionProvider around it')
  return actions
}

/** Offers actions to palette and keyboard while the calling page is shown. `key` says when they are others. */
export function useOffers(offers: readonly Offer[], key: string) {
  const { addOffers } = useActions()
  // biome-ignore lint/correctness/useExhaustiveDependencies: offers are made anew at every render; the key says whether they differ
  useEffect(() => addOffers(offers), [addOffers, key])
}
