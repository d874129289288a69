import { Suspense } from 'react'
import type { MessageKey } from '../../data/messages.ts'
import { Empty } from '../../parts/empty.tsx'
import { useWords } from '../../parts/language.tsx'
import { lazily } from '../../parts/lazily.ts'
import { Loading } from '../../parts/loaded.tsx'
import { Page as Frame } from '../../parts/page.tsx'

const parts = {
  users: { label: 'platform.users', Part: lazily(() => import('./users.tsx'), 'Users') },
  disk: { label: 'platform.disk', Part: lazily(() => import('./disk.tsx'), 'Disk') },
  types: { label: 'platform.types', Part: lazily(() => import('./types.tsx'), 'Types') },
  settings: {
    label: 'platform.settings',
    Part: lazily(() => import('./settings.tsx'), 'Settings'),
  },
  about: { label: 'platform.about', Part: lazily(() => import('./about.tsx'), 'About') },
} as const satisfies Record<string, { label: MessageKey; Part: unknown }>

/** What belongs to the whole installation, a part per line of the navigation. */
export function Page({ tab = 'about' }: { tab?: string }) {
  const { t } = useWords()
  const found = Object.hasOwn(parts, tab) ? parts[tab as keyof typeof parts] : undefined
  if (!found) return <Empty title={t('common.notFound')}>{t('common.notFoundHelp')}</Empty>
  const { label, Part } = found
  return (
    <Frame title={t(label)} trail={[{ label: t('shell.platform'), href: '/platform' }]}>
      <Suspense fallback={<Loading />}>
        <Part />
      </Suspense>
    </Frame>
  )
}
