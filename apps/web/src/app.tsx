import { Suspense, use, useMemo } from 'react'
import { useLocation } from 'wouter'
import { MeContext, useSession } from './data/session.ts'
import { ActionProvider } from './parts/action-provider.tsx'
import { Empty } from './parts/empty.tsx'
import { ErrorBoundary } from './parts/error-boundary.tsx'
import { useWords } from './parts/language.tsx'
import { lazily } from './parts/lazily.ts'
import { Failure, Loading } from './parts/loaded.tsx'
import { Shell } from './parts/shell.tsx'
import { codeOf, type PageRoute, placeOf } from './routes.ts'

export const signInPage = () => import('./parts/sign-in-page.tsx')
const SignInPage = lazily(signInPage, 'SignInPage')
const SignInDialog = lazily(() => import('./parts/sign-in-dialog.tsx'), 'SignInDialog')

/**
 * Every address of the console. Without a session the sign-in is shown at whatever address was asked for; when one ends
 * while somebody works, it is asked for over the page, which keeps what was typed.
 */
export function App() {
  const { me, isOver } = useSession()
  const value = useMemo(() => me.data, [me.data])
  if (!me.data && isOver)
    return (
      <Suspense fallback={<Waiting />}>
        <SignInPage />
      </Suspense>
    )
  if (!value)
    return me.error ? (
      <div className="centred">
        <Failure error={me.error} retry={() => me.refetch()} />
      </div>
    ) : (
      <Waiting />
    )
  return (
    <MeContext.Provider value={value}>
      <ActionProvider>
        <Shell>
          <Suspense fallback={<Loading />}>
            <Here />
          </Suspense>
        </Shell>
        <Suspense>{isOver && <SignInDialog user={value.name} />}</Suspense>
      </ActionProvider>
    </MeContext.Provider>
  )
}

const Waiting = () => (
  <div className="centred">
    <Loading />
  </div>
)

/** The page of the present address. */
function Here() {
  const [path] = useLocation()
  const place = useMemo(() => placeOf(path), [path])
  if (!place) return <NotFound />
  return (
    <ErrorBoundary key={[place.route.path, ...Object.values(place.params).slice(0, 2)].join('/')}>
      <PageAt route={place.route} params={place.params} />
    </ErrorBoundary>
  )
}

function PageAt({ route, params }: { route: PageRoute; params: Record<string, string> }) {
  const { Page } = use(codeOf(route))
  return <Page {...params} />
}

function NotFound() {
  const { t } = useWords()
  return <Empty title={t('common.notFound')}>{t('common.notFoundHelp')}</Empty>
}
