import { Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Route, Switch } from 'wouter'
import { Refused } from './data/api.ts'
import { platform } from './data/platform.ts'
import { AppPage } from './pages/app/page.tsx'
import { AppsPage } from './pages/apps/page.tsx'
import { SignInPage } from './pages/sign-in/page.tsx'
import { useWords } from './parts/language.tsx'
import { Loaded } from './parts/loaded.tsx'
import { Shell } from './parts/shell.tsx'

/** Every address of the console. Without a session the sign-in is shown at whatever address was asked for. */
export function App() {
  const me = useQuery({ queryKey: ['me'], queryFn: platform.me, retry: false })
  if (me.error instanceof Refused && me.error.status === 401) return <SignInPage />
  return (
    <Loaded query={me}>
      {({ name }) => (
        <Shell user={name}>
          <Switch>
            <Route path="/" component={AppsPage} />
            <Route path="/projects/:project/apps/:app">
              {({ project, app }) => <AppPage key={`${project}/${app}`} project={project} app={app} />}
            </Route>
            <Route component={NotFound} />
          </Switch>
        </Shell>
      )}
    </Loaded>
  )
}

function NotFound() {
  const { t } = useWords()
  return <Text>{t('common.notFound')}</Text>
}
