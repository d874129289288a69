import {
  Cross1Icon,
  ExitIcon,
  HamburgerMenuIcon,
  KeyboardIcon,
  MagnifyingGlassIcon,
  PersonIcon,
} from '@radix-ui/react-icons'
import { useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useEffect, useState } from 'react'
import { Link, useLocation } from 'wouter'
import { paletteAction, shortcutsAction } from '../actions/shell.ts'
import { offer } from '../data/action.ts'
import { stores, useIsLost } from '../data/live.ts'
import { rights } from '../data/permissions.ts'
import { platform } from '../data/platform.ts'
import { useMe } from '../data/session.ts'
import { shortcutText } from '../data/shortcuts.ts'
import { useActions, useOffers } from './action-provider.tsx'
import { useWords } from './language.tsx'
import { MenuButton, type MenuEntry, MenuItems } from './menu.tsx'
import { Navigation } from './navigation.tsx'
import { Preferences } from './preferences.tsx'

export const isMac = navigator.platform.startsWith('Mac')

/**
 * What is around every page: navigation, search, preferences, leaving; and a banner when the line is down. It is there
 * before anything else and made of plain elements: what it costs, every page costs.
 */
export function Shell({ children }: { children: ReactNode }) {
  const { t } = useWords()
  const [isOpen, setOpen] = useState(false)
  const [path] = useLocation()
  // biome-ignore lint/correctness/useExhaustiveDependencies: going somewhere closes the menu
  useEffect(() => setOpen(false), [path])
  useOffers([offer(paletteAction, undefined), offer(shortcutsAction, undefined)], 'shell')
  return (
    <>
      <a href="#content" className="skip">
        {t('shell.skip')}
      </a>
      <header className="shell-header">
        <button
          type="button"
          className="icon-button icon-button-large shell-menu"
          aria-label={t('shell.menu')}
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
        >
          {isOpen ? <Cross1Icon width={16} height={16} /> : <HamburgerMenuIcon width={18} height={18} />}
        </button>
        <Link href="/" className="brand">
          <img src="/icon.svg" width={26} height={26} alt="" />
          <span>Sampan</span>
        </Link>
        <div className="grow" />
        <SearchButton />
        <Preferences />
        <MenuButton className="icon-button icon-button-large" label={t('shell.account')} items={<Account />}>
          <PersonIcon width={16} height={16} />
        </MenuButton>
      </header>
      <nav className="shell-nav" aria-label={t('shell.main')} data-open={isOpen || undefined}>
        <Navigation />
      </nav>
      <main id="content" className="shell-main" tabIndex={-1}>
        <Lost />
        <div className="page">{children}</div>
      </main>
    </>
  )
}

/** What is shown may be old: said as long as the server cannot be reached. */
function Lost() {
  const { t } = useWords()
  return <div role="status">{useIsLost() && <div className="banner shell-lost">{t('shell.connectionLost')}</div>}</div>
}

function SearchButton() {
  const { t } = useWords()
  const { start } = useActions()
  return (
    <button type="button" className="search" onClick={() => void start(paletteAction, undefined)}>
      <MagnifyingGlassIcon width={15} height={15} />
      <span className="grow">{t('common.search')}</span>
      <kbd className="kbd">{shortcutText('mod+k', isMac)}</kbd>
    </button>
  )
}

function Account() {
  const { t } = useWords()
  const [, go] = useLocation()
  const { start } = useActions()
  const client = useQueryClient()
  const { name } = useMe()
  const signOut = async () => {
    await platform.signOut()
    stores.clear()
    rights.forget()
    client.clear()
    location.assign('/')
  }
  const entries: MenuEntry[] = [
    { heading: name },
    { key: 'account', label: t('shell.account'), icon: PersonIcon, run: () => go('/account') },
    { key: 'keys', label: t('shell.keys'), icon: KeyboardIcon, run: () => void start(shortcutsAction, undefined) },
    'divider',
    { key: 'out', label: t('shell.signOut'), icon: ExitIcon, run: () => void signOut() },
  ]
  return <MenuItems entries={entries} />
}
