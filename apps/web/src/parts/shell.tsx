import { ActionIcon, Alert, AppShell, Burger, Button, Group, Kbd, Menu, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { ExitIcon, KeyboardIcon, MagnifyingGlassIcon, PersonIcon } from '@radix-ui/react-icons'
import { useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useEffect } from 'react'
import { Link, useLocation } from 'wouter'
import { paletteAction, shortcutsAction } from '../actions/shell.ts'
import { offer } from '../data/action.ts'
import { stores, useIsLost } from '../data/live.ts'
import { platform } from '../data/platform.ts'
import { useMe } from '../data/session.ts'
import { shortcutText } from '../data/shortcuts.ts'
import { useActions, useOffers } from './action-provider.tsx'
import { useWords } from './language.tsx'
import { Navigation } from './navigation.tsx'
import { Preferences } from './preferences.tsx'

export const isMac = navigator.platform.startsWith('Mac')

/** What is around every page: navigation, search, preferences, leaving; and a banner when the line is down. */
export function Shell({ children }: { children: ReactNode }) {
  const { t } = useWords()
  const isLost = useIsLost()
  const [isOpen, menu] = useDisclosure()
  const [path] = useLocation()
  // biome-ignore lint/correctness/useExhaustiveDependencies: going somewhere closes the menu
  useEffect(() => menu.close(), [path])
  useOffers([offer(paletteAction, undefined), offer(shortcutsAction, undefined)], 'shell')
  return (
    <AppShell
      header={{ height: 52 }}
      navbar={{ width: 224, breakpoint: 'sm', collapsed: { mobile: !isOpen } }}
      padding={{ base: 'md', md: 'lg' }}
    >
      <a href="#content" className="skip">
        {t('shell.skip')}
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap" gap="xs">
          <Group gap="xs" wrap="nowrap">
            <Burger opened={isOpen} onClick={menu.toggle} hiddenFrom="sm" size="sm" aria-label={t('shell.menu')} />
            <Link href="/" className="brand">
              <img src="/icon.svg" width={26} height={26} alt="" />
              <Text fw={650} span>
                Sampan
              </Text>
            </Link>
          </Group>
          <Group gap={4} wrap="nowrap">
            <SearchButton />
            <Preferences />
            <AccountMenu />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label={t('shell.main')}>
        <Navigation />
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1}>
        {isLost && (
          <Alert color="orange" mb="md" role="status" variant="light">
            {t('shell.connectionLost')}
          </Alert>
        )}
        <div className="page">{children}</div>
      </AppShell.Main>
    </AppShell>
  )
}

function SearchButton() {
  const { t } = useWords()
  const { start } = useActions()
  const show = () => void start(paletteAction, undefined)
  return (
    <>
      <Button
        visibleFrom="sm"
        variant="default"
        size="xs"
        w={240}
        justify="space-between"
        className="search"
        leftSection={<MagnifyingGlassIcon />}
        rightSection={<Kbd size="xs">{shortcutText('mod+k', isMac)}</Kbd>}
        onClick={show}
      >
        {t('common.search')}
      </Button>
      <ActionIcon
        hiddenFrom="sm"
        variant="subtle"
        color="gray"
        size="lg"
        aria-label={t('common.search')}
        onClick={show}
      >
        <MagnifyingGlassIcon width={16} height={16} />
      </ActionIcon>
    </>
  )
}

function AccountMenu() {
  const { t } = useWords()
  const { start } = useActions()
  const client = useQueryClient()
  const { name } = useMe()
  const signOut = async () => {
    await platform.signOut()
    stores.clear()
    client.clear()
    location.assign('/')
  }
  return (
    <Menu>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t('shell.account')}>
          <PersonIcon width={16} height={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown miw={180}>
        <Menu.Label>{name}</Menu.Label>
        <Menu.Item leftSection={<PersonIcon />} component={Link} href="/account">
          {t('shell.account')}
        </Menu.Item>
        <Menu.Item leftSection={<KeyboardIcon />} onClick={() => void start(shortcutsAction, undefined)}>
          {t('shell.keys')}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item leftSection={<ExitIcon />} onClick={signOut}>
          {t('shell.signOut')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
