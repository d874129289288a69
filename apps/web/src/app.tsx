import { Center } from '@mantine/core'
import { lazy, Suspense, useMemo } from 'react'
import { Route, Switch } from 'wouter'
import { loadAgain } from './data/load-again.ts'
import { MeContext, useSession } from './data/session.ts'
import { ActionProvider } from './parts/action-provider.tsx'
import { Empty } from './parts/empty.tsx'
import { ErrorBoundary } from './parts/error-boundary.tsx'
import { useWords } from './parts/language.tsx'
import { Failure, Loading } from './parts/loaded.tsx'
import { Shell } from './parts/shell.tsx'
import { SignIn, SignInPage } from './parts/sign-in.tsx'
import { routes } from './routes.ts'

const pages = routes.map(({ path, load }) => ({
  path,
  Page: lazy(async () => ({ default: (await loadAgain(load)).Page })),
}))

/**
 * Every address of the console. Without a session the sign-in is shown at whatever address was asked for; when one ends
 * while somebody works, it is asked for over the page, which keeps what was typed.
 */
export function App() {
  const { me, isOver } = useSession()
  const value = useMemo(() => me.data, [me.data])
  if (!me.data && isOver) return <SignInPage />
  if (!value)
    return (
      <Center mih="100dvh">{me.error ? <Failure error={me.error} retry={() => me.refetch()} /> : <Loading />}</Center>
    )
  return (
    <MeContext.Provider value={value}>
      <ActionProvider>
        <Shell>
          <Suspense fallback={<Loading />}>
            <Switch>
              {pages.map(({ path, Page }) => (
                <Route key={path} path={path}>
                  {(params) => (
                    <ErrorBoundary key={JSON.stringify(Object.values(params).slice(0, 2))}>
                      <Page {...decoded(params)} />
                    </ErrorBoundary>
                  )}
                </Route>
              ))}
              <Route component={NotFound} />
            </Switch>
          </Suspense>
        </Shell>
        {isOver && <SignIn user={value.name} />}
      </ActionProvider>
    </MeContext.Provider>
  )
}

/** Only named parameters; wouter gives each twice. */
const decoded = (params: Record<string | number, string | undefined>) =>
  Object.fromEntries(Object.entries(params).filter(([name]) => !/^\d+$/.test(name)))

function NotFound() {
  const { t } = useWords()
  return <Empty title={t('common.notFound')}>{t('common.notFoundHelp')}</Empty>
}
