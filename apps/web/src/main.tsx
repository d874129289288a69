import '@mantine/core/styles.css'
import './style.css'
import { createTheme, MantineProvider } from '@mantine/core'
import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { Refused } from './data/api.ts'
import { LanguageProvider } from './parts/language.tsx'

const theme = createTheme({
  primaryColor: 'cyan',
  primaryShade: { light: 8, dark: 7 },
  defaultRadius: 'md',
  autoContrast: true,
})

/** An answer of the server is final; only a lost connection is worth another try. A session that ended leads to the sign-in. */
const client: QueryClient = new QueryClient({
  queryCache: new QueryCache({
    onError: (error, query) => {
      if (error instanceof Refused && error.status === 401 && query.queryKey[0] !== 'me')
        void client.invalidateQueries({ queryKey: ['me'] })
    },
  }),
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
