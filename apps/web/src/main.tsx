import './mantine.css'
import './style.css'
import { MantineProvider } from '@mantine/core'
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App, signInPage } from './app.tsx'
import { Refused } from './data/api.ts'
import { rights } from './data/permissions.ts'
import { platform } from './data/platform.ts'
import { LanguageProvider } from './parts/language.tsx'
import { codeOf, placeOf } from './routes.ts'
import { theme } from './theme.ts'

/** A session that has ended is noticed wherever it shows first. */
const noticeEnd = (error: Error) => {
  if (error instanceof Refused && error.status === 401) void client.invalidateQueries({ queryKey: ['me'] })
}

/** An answer of the server is final; only a lost connection is worth another try. */
const client: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: (error, query) => query.queryKey[0] !== 'me' && noticeEnd(error) }),
  // A wrong password ends no session: it is said at the form.
  mutationCache: new MutationCache({ onError: (error, _, __, { meta }) => !meta?.isSignIn && noticeEnd(error) }),
  defaultOptions: { queries: { staleTime: 5_000, retry: (count, error) => !(error instanceof Refused) && count < 3 } },
})

/** Longer than this nobody looks at an empty frame: then it is said that something is being loaded. */
const patienceMs = 150

/**
 * Who is signed in, what there is and the code of this page are asked for at once, not one after the other; what is drawn
 * first is then the page itself and not what is shown while waiting for it.
 */
async function begin() {
  const place = placeOf(location.pathname)
  void client.prefetchQuery({ queryKey: ['platform', 'projects'], queryFn: platform.projects })
  rights.want([{ verb: 'list', group: '', resource: 'nodes' }])
  const code = place && codeOf(place.route).catch(() => undefined) // told by the page itself
  await client.prefetchQuery({ queryKey: ['me'], queryFn: platform.me, staleTime: 60_000 })
  await (client.getQueryData(['me']) ? code : signInPage().catch(() => undefined))
}

// Not awaited by this module: the code of pages imports from it.
void Promise.race([begin(), new Promise((resolve) => setTimeout(resolve, patienceMs))]).then(() =>
  createRoot(document.getElementById('root')!).render(
    <StrictMode>
      <MantineProvider theme={theme} defaultColorScheme="auto">
        <LanguageProvider>
          <QueryClientProvider client={client}>
            <App />
          </QueryClientProvider>
        </LanguageProvider>
      </MantineProvider>
    </StrictMode>,
  ),
)
