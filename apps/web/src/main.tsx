import '@mantine/core/styles.css'
import './style.css'
import { MantineProvider } from '@mantine/core'
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { Refused } from './data/api.ts'
import { LanguageProvider } from './parts/language.tsx'
import { theme } from './theme.ts'

/** A session that has ended is noticed wherever it shows first. */
const noticeEnd = (error: Error) => {
  if (error instanceof Refused && error.status === 401) void client.invalidateQueries({ queryKey: ['me'] })
}

/** An answer of the server is final; only a lost connection is worth another try. */
const client: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: (error, query) => query.queryKey[0] !== 'me' && noticeEnd(error) }),
  mutationCache: new MutationCache({ onError: noticeEnd }),
  defaultOptions: { queries: { staleTime: 5_000, retry: (count, error) => !(error instanceof Refused) && count < 3 } },
})

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
)
